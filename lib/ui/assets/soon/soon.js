// Stands in for a part of the page, and asks for it once what came before has been painted.

export default function draw({ parentElement, setTriggerValue }) {
  if (parentElement.querySelector(".desk-soon")) return;
  const mark = document.createElement("span");
  mark.className = "desk-soon";
  parentElement.append(mark);
  // A frame is painted after its callbacks: what follows it comes after the paint.
  requestAnimationFrame(() => setTimeout(() => setTriggerValue("painted", true)));
}
