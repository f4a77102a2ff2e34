import unicodedata

from lib.domain.names import artist_key, name_key


def test_a_campaigns_name_is_the_same_however_its_accents_are_written():
    assert name_key(unicodedata.normalize("NFD", "Skärgårdsvals")) == name_key(" Skärgårdsvals ")


def test_campaigns_differ_by_case_and_artists_do_not():
    assert name_key("Low Tide") != name_key("LOW TIDE")
    assert artist_key("Alma  VARN ") == artist_key("alma varn")
