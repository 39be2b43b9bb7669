//! IEEE 754 half precision to single: exact, as every half is a single.

/// Returns the value of the sixteen bits.
pub(super) fn to_single(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let fraction = u32::from(bits) & 0x3ff;
    match (exponent, fraction) {
        // Subnormal halves are normal singles: fraction times 2^-24.
        (0, _) => {
            let size = fraction as f32 * (1.0 / 16_777_216.0);
            f32::from_bits(size.to_bits() | sign)
        }
        (31, _) => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::to_single;

    #[test]
    fn halves_widen_exactly() {
        let cases = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0001, 1.0 / 16_777_216.0),
            (0x03ff, 1023.0 / 16_777_216.0),
            (0x0400, 1.0 / 16_384.0),
            (0x3555, 0.333_251_95),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, value) in cases {
            assert_eq!(to_single(bits), value, "{bits:04x}");
        }
        assert!(to_single(0x7e00).is_nan());
        assert!(to_single(0x8000).is_sign_negative());
    }
}
