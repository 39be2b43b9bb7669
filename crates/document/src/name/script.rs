//! Cyrillic and Greek letters in Latin.
//!
//! Cyrillic after ICAO Doc 9303-3, section 6, table B, with the spellings of older and national
//! systems (GOST, BGN/PCGN, passports before 2014) as alternatives. Greek after ELOT 743, whose
//! pairs (OY, GG, MP) are covered letter by letter.

/// Capital letters with their spellings, the one of Doc 9303 first.
const TABLE: &[(char, &[&str])] = &[
    ('А', &["A"]),
    ('Б', &["B"]),
    ('В', &["V"]),
    ('Г', &["G", "H"]),
    ('Ґ', &["G"]),
    ('Д', &["D"]),
    ('Ђ', &["D", "DJ"]),
    ('Е', &["E", "YE", "JE"]),
    ('Ё', &["E", "YO", "IO"]),
    ('Є', &["IE", "YE"]),
    ('Ж', &["ZH", "Z", "J"]),
    ('З', &["Z"]),
    ('И', &["I", "Y"]),
    ('Й', &["I", "Y", "J"]),
    ('І', &["I"]),
    ('Ї', &["I", "YI"]),
    ('Ј', &["J"]),
    ('К', &["K"]),
    ('Л', &["L"]),
    ('Љ', &["LJ"]),
    ('М', &["M"]),
    ('Н', &["N"]),
    ('Њ', &["NJ"]),
    ('О', &["O"]),
    ('П', &["P"]),
    ('Р', &["R"]),
    ('С', &["S"]),
    ('Т', &["T"]),
    ('Ћ', &["C", "CJ"]),
    ('У', &["U"]),
    ('Ў', &["U", "W"]),
    ('Ф', &["F"]),
    ('Х', &["KH", "H"]),
    ('Ц', &["TS", "C", "TC"]),
    ('Ч', &["CH", "C"]),
    ('Џ', &["DZ"]),
    ('Ш', &["SH", "S"]),
    ('Щ', &["SHCH", "SHT", "SCH"]),
    ('Ъ', &["IE", "", "A"]),
    ('Ы', &["Y"]),
    ('Ь', &[""]),
    ('Э', &["E"]),
    ('Ю', &["IU", "YU", "JU"]),
    ('Я', &["IA", "YA", "JA"]),
    ('Ѓ', &["G"]),
    ('Ќ', &["K"]),
    ('Ѕ', &["DZ"]),
    ('Ә', &["A"]),
    ('Ғ', &["G"]),
    ('Қ', &["K", "Q"]),
    ('Ң', &["N"]),
    ('Ө', &["O"]),
    ('Ұ', &["U"]),
    ('Ү', &["U"]),
    ('Һ', &["H"]),
    ('Α', &["A"]),
    ('Β', &["V"]),
    ('Γ', &["G", "N"]),
    ('Δ', &["D"]),
    ('Ε', &["E"]),
    ('Ζ', &["Z"]),
    ('Η', &["I"]),
    ('Θ', &["TH"]),
    ('Ι', &["I"]),
    ('Κ', &["K"]),
    ('Λ', &["L"]),
    ('Μ', &["M", ""]),
    ('Ν', &["N"]),
    ('Ξ', &["X"]),
    ('Ο', &["O"]),
    ('Π', &["P", "B"]),
    ('Ρ', &["R"]),
    ('Σ', &["S"]),
    ('Τ', &["T"]),
    ('Υ', &["Y", "U", "V", "F"]),
    ('Φ', &["F"]),
    ('Χ', &["CH"]),
    ('Ψ', &["PS"]),
    ('Ω', &["O"]),
];

/// Returns the Latin spellings of a capital letter of either script; empty for any other character.
pub(super) fn spellings(capital: char) -> Vec<String> {
    let found = TABLE.iter().find(|(known, _)| *known == capital);
    found.map_or_else(Vec::new, |(_, spellings)| {
        spellings.iter().map(|&s| s.to_owned()).collect()
    })
}

/// Tells whether this is a Cyrillic letter.
pub(super) fn is_cyrillic(character: char) -> bool {
    matches!(u32::from(character), 0x0400..=0x052f)
}

/// Tells whether this is a Greek letter.
pub(super) fn is_greek(character: char) -> bool {
    matches!(u32::from(character), 0x0370..=0x03ff)
}
