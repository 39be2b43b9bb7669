//! From when on what a program says of its surroundings is told as a fault. Nobody is refused by any of it.

use serde::{Deserialize, Serialize};

/// Limits of a diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "policy.toml documents every key with unit")]
pub struct DiagnosisRules {
    pub luminance_min: f32,
    pub luminance_max: f32,
    pub camera_side_min: u32,
    pub latency_max_ms: u32,
    pub up_min_kbps: u32,
    pub down_min_kbps: u32,
    pub clock_seconds: u32,
}

impl Default for DiagnosisRules {
    fn default() -> Self {
        Self {
            luminance_min: 0.2,
            luminance_max: 0.85,
            camera_side_min: 480,
            latency_max_ms: 3_000,
            up_min_kbps: 256,
            down_min_kbps: 256,
            clock_seconds: 120,
        }
    }
}

impl DiagnosisRules {
    /// Is everything as it is where a policy says nothing?
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn is_sound(&self) -> bool {
        self.luminance_min < self.luminance_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn limits_of_a_diagnosis_change_the_identity_only_where_they_are_set() {
        let usual = Policy::default();
        assert_eq!(usual.diagnosis, DiagnosisRules::default());
        assert!(!usual.to_toml().contains("[diagnosis]"));
        let same = Policy::from_toml("[diagnosis]\nclock_seconds = 120").expect("good");
        assert_eq!(same.identity(), usual.identity());
        let other = Policy::from_toml("[diagnosis]\nclock_seconds = 30").expect("good");
        assert_ne!(other.identity(), usual.identity());
        let again = Policy::from_toml(&other.to_toml()).expect("reads back");
        assert_eq!(again.diagnosis.clock_seconds, 30);
    }

    #[test]
    fn light_that_is_always_wrong_is_refused() {
        for text in [
            "luminance_min = 0.9",
            "luminance_max = 1.5",
            "luminance_min = nan",
            "clock_seconds = -1",
            "colour = 1",
        ] {
            let toml = format!("[diagnosis]\n{text}");
            assert!(Policy::from_toml(&toml).is_err(), "{text}");
        }
    }
}
