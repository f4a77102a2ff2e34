// Lets the browser remember for a year that something was met: a cookie that says nothing else.

const YEAR = 365 * 24 * 60 * 60; // Seconds.

export default function draw({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=met; Max-Age=${YEAR}; Path=/; SameSite=Lax${secure}`;
}
