//! The policy file: partial, documented, and strict about its keys.

use menshen_core::Policy;
use menshen_core::policy::DEFAULT_POLICY;
use menshen_document::{Country, DocumentKind, rules};

fn error(text: &str) -> String {
    match Policy::from_toml(text) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => {
            let source = std::error::Error::source(&error);
            let source = source.map(ToString::to_string).unwrap_or_default();
            format!("{error} {source}")
        }
    }
}

#[test]
fn the_default_file_is_the_default_policy() {
    assert_eq!(
        Policy::from_toml(DEFAULT_POLICY).expect("the defaults"),
        Policy::default()
    );
}

#[test]
fn a_partial_file_changes_only_what_it_names() {
    let policy = Policy::from_toml("[face]\nyaw_max = 30\n[document.minimum_age]\nUTO = 16");
    let mut policy = policy.expect("a policy");
    assert_eq!(
        (policy.minimum_age("UTO"), policy.minimum_age("CHN")),
        (16, 18)
    );
    assert_eq!(policy.face.yaw_max, 30.0);
    policy.face.yaw_max = Policy::default().face.yaw_max;
    policy.document.minimum_age.remove("UTO");
    assert_eq!(policy, Policy::default());
}

#[test]
fn each_fault_of_a_policy_is_refused_by_the_name_of_its_key() {
    for (text, expected) in [
        ("yaw_max = 3", "unknown key `yaw_max`"),
        ("[face]\nyaw = 3", "unknown key `face.yaw`"),
        ("[page]\nglare_max = 7", "`page.glare_max` must be a ratio"),
        (
            "[page]\nblur_max = nan",
            "`page.blur_max` must be a finite number",
        ),
        (
            "[page]\nshadow_max = inf",
            "`page.shadow_max` must be a ratio",
        ),
        (
            "[match]\naccept = \"fmr_1e2\"\nreview = \"fmr_1e3\"",
            "`match.accept` must be at least as strict",
        ),
        ("[match]\naccept = \"always\"", "unknown variant `always`"),
        ("[liveness]\nrequired = \"yes\"", "required"),
        ("to_review = [\"not_eligible\"]", "`to_review` must be"),
        ("to_review = [\"no_such_code\"]", "no_such_code"),
        (
            "[document.mandatory.passport]\nfront = [\"shoe_size\"]",
            "shoe_size",
        ),
        ("[document.mandatory.passport]\nmiddle = []", "middle"),
        (
            "[reading]\nmismatch_confidence = 0.1",
            "`reading.mismatch_confidence` must be between",
        ),
        (
            "[document.minimum_age]\nCHINA = 18",
            "`document.minimum_age.CHINA` must be under a country code",
        ),
        ("version = ", "not valid TOML"),
    ] {
        let found = error(text);
        assert!(found.contains(expected), "{text}: {found}");
    }
}

#[test]
fn two_policies_that_judge_differently_have_two_identities() {
    let strict = Policy::from_toml("[page]\nblur_max = 1.0").expect("a policy");
    assert_ne!(strict.identity(), Policy::default().identity());
    assert!(strict.identity().starts_with("2026-11+"));
}

#[test]
fn every_key_of_the_default_file_carries_a_comment_above_its_group() {
    let mut commented = false;
    for line in DEFAULT_POLICY.lines() {
        match line {
            "" => commented = false,
            _ if line.starts_with('#') || line.starts_with('[') => commented = true,
            _ => assert!(commented, "{line} has no comment"),
        }
    }
}

#[test]
fn the_default_policy_repeats_what_the_document_rules_say() {
    let policy = Policy::default();
    for country in Country::all() {
        let expected = rules::minimum_age(country);
        assert_eq!(
            i16::from(policy.minimum_age(country.code())),
            expected,
            "{}",
            country.code()
        );
    }
    for kind in DocumentKind::ALL {
        let days = i32::from(policy.document.near_expiry_days);
        assert_eq!(kind.rules().expiry.near_days, days);
    }
}
