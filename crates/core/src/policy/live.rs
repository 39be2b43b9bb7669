//! Rules of live checks: what is asked for, how often, and what physical signs amount to.

use serde::{Deserialize, Serialize};

use crate::evidence::Signs;
use crate::live::Cue;

/// What a live check asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct ChallengeRules {
    pub cues: Vec<Cue>,
    pub accessible_cues: Vec<Cue>,
    pub cues_n: u32,
    pub cues_instead: u32,
    pub wait_ms: [u32; 2],
    pub reaction_min_ms: u32,
    pub cue_limit_ms: u32,
    pub accessible_cue_limit_ms: u32,
    pub colours: u32,
    pub colour_ms: u32,
    pub session_ms: u32,
}

/// How often a live check may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct LiveTries {
    pub free: u32,
    pub wait_seconds: u32,
    pub most: u32,
}

/// Limits of physical signs and of signs of injection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct SignRules {
    pub light_response_min: f32,
    pub light_chance_max: f32,
    pub light_face_over_background: f32,
    pub light_spread_min: f32,
    pub light_gain_min: f32,
    pub no_light: SignEnd,
    pub relief_min: f32,
    pub relief_turn_min: f32,
    pub cuts_max: u32,
    pub grain_max: f32,
    pub replayed_max: u32,
    pub bent_max: u32,
    pub jitter_min_ms: f32,
    pub virtual_camera: SignEnd,
    pub fused: FusedRules,
}

/// What a sign leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignEnd {
    /// Nothing.
    Ignore,
    /// A person looks at it.
    Review,
    /// The check is failed and may be tried again.
    Refuse,
}

/// Passive signs, none of which says much alone, together: each is 0 at its first figure, 1 at its second one, between them in
/// proportion, beyond them as there, and weighs what its third one says. The likelihood of an attack is
/// 1 - product(1 - weight * sign).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct FusedRules {
    pub review: f32,
    pub refuse: f32,
    pub spoof: [f32; 3],
    pub moire: [f32; 3],
    pub border: [f32; 3],
    pub bands: [f32; 3],
    pub flicker: [f32; 3],
    pub grain: [f32; 3],
    pub noise: [f32; 3],
}

impl FusedRules {
    /// Returns the likelihood of an attack that signs amount to together; those that were not measured are left out.
    pub fn likelihood(&self, signs: &Signs, spoof: Option<f32>) -> f32 {
        let grain = signs.grain.map(f32::abs);
        let all = [
            (self.spoof, spoof),
            (self.moire, signs.moire),
            (self.border, signs.border),
            (self.bands, signs.bands),
            (self.flicker, signs.flicker),
            (self.grain, grain),
            (self.noise, signs.noise),
        ];
        let innocent = all.into_iter().filter_map(|([from, to, weight], sign)| {
            let strength = ((sign? - from) / (to - from)).clamp(0.0, 1.0);
            // What is not a number says the worst.
            Some(1.0 - weight * if strength.is_nan() { 1.0 } else { strength })
        });
        1.0 - innocent.product::<f32>()
    }

    /// Are the figures in their order?
    pub(super) fn is_sound(&self) -> bool {
        let signs = [
            self.spoof,
            self.moire,
            self.border,
            self.bands,
            self.flicker,
            self.grain,
            self.noise,
        ];
        let ratio = |value: f32| (0.0..=1.0).contains(&value);
        let sound = |[from, to, weight]: [f32; 3]| {
            from.is_finite() && to.is_finite() && from != to && ratio(weight)
        };
        signs.into_iter().all(sound) && ratio(self.review) && ratio(self.refuse)
    }
}
