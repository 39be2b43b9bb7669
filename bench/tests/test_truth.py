"""Verdicts."""

import unittest

import truth
from tests.test_mrz import TD3

WRONG_NAME = (TD3[0].replace("SSON", "SSDN"), TD3[1])


class Verdicts(unittest.TestCase):
    def test_a_peers_lines_are_judged(self) -> None:
        wrong = (TD3[0], "X" + TD3[1][1:])
        cases = [
            (list(TD3), "right"),
            (None, "none"),
            (list(WRONG_NAME), "wrong, digits agree"),
            (list(wrong), "wrong"),
            ({"error": "no"}, "failed"),
        ]
        for answer, verdict in cases:
            self.assertEqual(truth.judge_zone(answer, TD3), verdict)

    def test_ours_are_judged_by_the_same_lines(self) -> None:
        def said(lines: tuple[str, ...], certain: bool) -> dict:
            return {"mrz": {"lines": list(lines), "certain": certain}}

        self.assertEqual(truth.judge_zone(said(TD3, False), TD3), "right")
        self.assertEqual(truth.judge_zone(said(WRONG_NAME, False), TD3), "wrong, digits agree")
        self.assertEqual(truth.judge_zone(said(WRONG_NAME, True), TD3), "wrong, certain")
        self.assertEqual(truth.judge_zone({"mrz": None}, TD3), "none")
        self.assertEqual(truth.judge_zone({"mrz": None, "error": {"code": "x"}}, TD3), "failed")

    def test_fields_are_right_letter_by_letter(self) -> None:
        true = {"name": "王伟", "sex": "M"}
        self.assertEqual(truth.right_fields({"fields": {"name": {"value": "王伟"}, "sex": {"value": "F"}}}, true), {"name"})
        self.assertEqual(truth.right_fields({"name": "王 伟", "sex": "M"}, true), {"sex"})
        self.assertEqual(truth.right_fields({"error": "no"}, true), set())

    def test_scores_are_menshens(self) -> None:
        self.assertAlmostEqual(truth.similarity([3.0, 4.0], [6.0, 8.0], "cosine"), 1.0)
        self.assertAlmostEqual(truth.similarity([0.0, 0.0], [3.0, 4.0], "euclidean"), -4.0)
