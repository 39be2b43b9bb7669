"""Zones from rows of text."""

import unittest

import mrz

# The specimens of ICAO Doc 9303.
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
# A number of twelve characters, its check digit in the optional data (Doc 9303-5, note j).
TD1_LONG = ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
SPECIMENS = {"TD3": TD3, "TD2": TD2, "TD1": TD1}


class Zones(unittest.TestCase):
    def test_specimens_have_their_format_and_agree(self) -> None:
        for name, lines in SPECIMENS.items():
            self.assertEqual(mrz.format_of(lines), name)
            self.assertTrue(mrz.check_digits_agree(lines), name)
            self.assertEqual(mrz.by_position(lines), lines)
        self.assertTrue(mrz.check_digits_agree(TD1_LONG))

    def test_a_wrong_digit_of_each_checked_field_is_seen(self) -> None:
        for place in (0, 14, 22, 29):
            second = TD3[1][:place] + "7" + TD3[1][place + 1 :]
            self.assertNotEqual(second, TD3[1])
            self.assertFalse(mrz.check_digits_agree((TD3[0], second)), place)

    def test_a_wrong_name_is_not_seen(self) -> None:
        self.assertTrue(mrz.check_digits_agree((TD3[0].replace("SSON", "SSDN"), TD3[1])))

    def test_letters_and_digits_are_told_by_their_place(self) -> None:
        misread = (TD3[0].replace("UTO", "UT0").replace("SSON", "SS0N"), TD3[1].replace("1204159", "I2O4I59"))
        self.assertEqual(mrz.by_position(misread), TD3)

    def test_a_document_number_is_left_as_it_was_read(self) -> None:
        number = ("P<UTO" + "<" * 39, "OI" + TD3[1][2:])
        self.assertEqual(mrz.by_position(number)[1][:2], "OI")

    def test_a_zone_is_found_among_other_rows(self) -> None:
        for lines in SPECIMENS.values():
            self.assertEqual(mrz.find(["PASSPORT", "NOT A DOCUMENT AT ALL, JUST A SENTENCE", *lines, "SPECIMEN"]), lines)

    def test_only_fillers_of_names_are_mended(self) -> None:
        self.assertEqual(mrz.find([TD3[0][:-3], TD3[1]]), TD3)
        self.assertIsNone(mrz.find([TD3[0], TD3[1][:-3]]))

    def test_a_zone_that_agrees_goes_before_one_that_does_not(self) -> None:
        wrong = (TD3[0], "X" + TD3[1][1:])
        self.assertEqual(mrz.find([*TD3, *wrong]), TD3)

    def test_no_rows_are_no_zone(self) -> None:
        self.assertIsNone(mrz.find([]))
