//! Lists of sanctioned people: were they searched, and does the person's name come near an entry?

use std::cmp::Ordering;

use crate::evidence::ScreeningEvidence;
use crate::finding::Finding;
use crate::policy::ScreeningRules;
use crate::reason::{ReasonCode, Step, Why};

/// Checks what the search found. What was not searched is never a pass: a person looks at it.
pub(crate) fn check(rules: &ScreeningRules, found: Option<&ScreeningEvidence>) -> Vec<Finding> {
    if !rules.required {
        return Vec::new();
    }
    let finding = |why| {
        Finding::new(ReasonCode::ScreeningUnclear, Step::Account)
            .firm()
            .map(|reason| reason.why(why))
    };
    let Some(found) = found else {
        return vec![finding(Why::NotSearched)];
    };
    // What is not a number is no low score.
    let reaches = |score: f32| score.partial_cmp(&rules.alert_score) != Some(Ordering::Less);
    let alert = found
        .hits
        .iter()
        .filter(|hit| rules.lists.contains(&hit.list))
        .filter(|hit| hit.exception.is_none() && reaches(hit.score))
        .max_by(|a, b| a.score.total_cmp(&b.score));
    if let Some(hit) = alert {
        let listed = finding(Why::Listed);
        return vec![listed.map(|reason| reason.measured(hit.score, rules.alert_score))];
    }
    // Where even the last of as many as are named is an alert, the next one may be one, too.
    if found.cut && found.hits.iter().all(|hit| reaches(hit.score)) {
        return vec![finding(Why::Listed)];
    }
    let searched = |list| found.lists.contains_key(list);
    if rules.lists.iter().all(searched) {
        return Vec::new();
    }
    vec![finding(Why::NotSearched)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::ScreeningHit;
    use crate::ids::ScreeningHitId;
    use crate::policy::SanctionList::{self, Eu, OfacSdn, Un};
    use crate::reason::{End, Param};
    use crate::time::Millis;

    fn rules() -> ScreeningRules {
        ScreeningRules {
            required: true,
            ..ScreeningRules::default()
        }
    }

    fn found(lists: &[SanctionList], hits: &[(SanctionList, f32)]) -> ScreeningEvidence {
        let hit = |(list, score): &(SanctionList, f32)| ScreeningHit {
            list: *list,
            entry: "9001".to_owned(),
            score: *score,
            exception: None,
        };
        ScreeningEvidence {
            lists: lists.iter().map(|list| (*list, "00".repeat(32))).collect(),
            hits: hits.iter().map(hit).collect(),
            cut: false,
        }
    }

    fn why(rules: &ScreeningRules, found: Option<&ScreeningEvidence>) -> Option<Param> {
        let mut findings = check(rules, found);
        let reason = findings.pop()?.reason;
        assert!(findings.is_empty() && reason.end == End::Review);
        reason.params.get("why").cloned()
    }

    const LISTED: Option<Param> = Some(Param::Why(Why::Listed));
    const NOT_SEARCHED: Option<Param> = Some(Param::Why(Why::NotSearched));

    #[test]
    fn only_a_whole_search_without_an_alert_passes() {
        let all = [OfacSdn, Un, Eu];
        for (found, expected) in [
            (found(&all, &[]), None),
            (found(&all, &[(Un, 0.859)]), None),
            (found(&all, &[(Un, 0.5), (Eu, 0.86)]), LISTED),
            (found(&all, &[(Eu, f32::NAN)]), LISTED),
            (found(&[OfacSdn, Un], &[]), NOT_SEARCHED),
            (found(&[OfacSdn, Un], &[(Un, 1.0)]), LISTED),
            (ScreeningEvidence::default(), NOT_SEARCHED),
        ] {
            assert_eq!(why(&rules(), Some(&found)), expected, "{found:?}");
        }
        assert_eq!(why(&rules(), None), NOT_SEARCHED);
        assert_eq!(why(&ScreeningRules::default(), None), None);
    }

    #[test]
    fn an_exception_holds_for_its_entry_alone() {
        let mut found = found(&[OfacSdn, Un, Eu], &[(Un, 0.99), (Eu, 0.2)]);
        found.hits[0].exception = Some(ScreeningHitId::new(Millis(0), [0; 10]));
        assert_eq!(why(&rules(), Some(&found)), None);
        found.hits[1].score = 0.9;
        assert_eq!(why(&rules(), Some(&found)), LISTED);
    }

    #[test]
    fn a_list_that_the_policy_does_not_name_does_not_count() {
        let rules = ScreeningRules {
            lists: [Un].into(),
            ..rules()
        };
        assert_eq!(why(&rules, Some(&found(&[Un], &[(Eu, 1.0)]))), None);
        assert_eq!(why(&rules, Some(&found(&[Eu], &[]))), NOT_SEARCHED);
    }

    #[test]
    fn more_hits_than_are_named_are_no_pass() {
        let mut found = found(&[OfacSdn, Un, Eu], &[(Un, 0.99)]);
        found.hits[0].exception = Some(ScreeningHitId::new(Millis(0), [0; 10]));
        found.cut = true;
        assert_eq!(why(&rules(), Some(&found)), LISTED);
        found.hits[0].score = 0.5;
        assert_eq!(why(&rules(), Some(&found)), None);
    }
}
