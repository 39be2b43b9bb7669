//! What each kind of document must be and carry, as data: sides, fields, sizes, windows around its
//! expiry, and the age that a country asks of its holder. Policies start from these figures.

use serde::{Deserialize, Serialize};

use crate::country::Country;
use crate::kind::{DocumentKind, Field, Side};
use crate::mrz::Format;

/// The rules of one kind of document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The sides that must be photographed.
    pub sides: &'static [Side],
    /// What the front prints.
    pub front: &'static [Field],
    /// What the back prints.
    pub back: &'static [Field],
    /// What must be known, from print or zone, before the document says who somebody is.
    pub required: &'static [Field],
    /// The side with the machine-readable zone.
    pub zone: Option<Side>,
    /// Formats that the zone may have.
    pub formats: &'static [Format],
    /// Width and height in millimetres, the first being the usual one.
    pub sizes: &'static [(f32, f32)],
    /// Windows around the expiry.
    pub expiry: ExpiryWindows,
    /// Name in Chinese.
    pub chinese: &'static str,
    /// Name in English.
    pub english: &'static str,
}

/// Windows around the expiry of a document, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiryWindows {
    /// Days before the expiry from which on the document counts as expiring soon.
    pub near_days: i32,
    /// Days after the expiry for which the document is still taken.
    pub grace_days: i32,
}

/// Thirty days' warning is what the sources of the product ask for; no document outlives its date.
const EXPIRY: ExpiryWindows = ExpiryWindows {
    near_days: 30,
    grace_days: 0,
};

/// ID-1, ISO/IEC 7810.
const ID_1: (f32, f32) = (85.6, 53.98);
/// ID-2, ISO/IEC 7810.
const ID_2: (f32, f32) = (105.0, 74.0);
/// ID-3, ISO/IEC 7810.
const ID_3: (f32, f32) = (125.0, 88.0);
/// The larger visa, ICAO Doc 9303-7, section 3.
const VISA_A: (f32, f32) = (120.0, 80.0);

const PASSPORT: Rules = Rules {
    sides: &[Side::Front],
    front: &[
        Field::Surname,
        Field::GivenNames,
        Field::DocumentNumber,
        Field::Nationality,
        Field::IssuingState,
        Field::BirthDate,
        Field::Sex,
        Field::BirthPlace,
        Field::ValidFrom,
        Field::ValidUntil,
        Field::Authority,
        Field::PersonalNumber,
    ],
    back: &[],
    required: &[
        Field::Surname,
        Field::DocumentNumber,
        Field::Nationality,
        Field::IssuingState,
        Field::BirthDate,
        Field::ValidUntil,
    ],
    zone: Some(Side::Front),
    formats: &[Format::Td3],
    sizes: &[ID_3],
    expiry: EXPIRY,
    chinese: "护照",
    english: "passport",
};

const ID_CARD_TD1: Rules = Rules {
    sides: &[Side::Front, Side::Back],
    front: &[
        Field::Surname,
        Field::GivenNames,
        Field::DocumentNumber,
        Field::Nationality,
        Field::BirthDate,
        Field::Sex,
        Field::ValidUntil,
    ],
    back: &[Field::Authority, Field::Address, Field::BirthPlace],
    required: PASSPORT.required,
    zone: Some(Side::Back),
    formats: &[Format::Td1],
    sizes: &[ID_1],
    expiry: EXPIRY,
    chinese: "身份证（TD1）",
    english: "identity card (TD1)",
};

const ID_CARD_TD2: Rules = Rules {
    sides: &[Side::Front],
    front: &[
        Field::Surname,
        Field::GivenNames,
        Field::DocumentNumber,
        Field::Nationality,
        Field::BirthDate,
        Field::Sex,
        Field::ValidUntil,
    ],
    back: &[Field::Authority, Field::Address],
    required: &[
        Field::Surname,
        Field::DocumentNumber,
        Field::IssuingState,
        Field::BirthDate,
    ],
    zone: Some(Side::Front),
    formats: &[Format::Td2, Format::FrenchId],
    sizes: &[ID_2],
    expiry: EXPIRY,
    chinese: "身份证（TD2）",
    english: "identity card (TD2)",
};

const VISA: Rules = Rules {
    sides: &[Side::Front],
    front: &[
        Field::Surname,
        Field::GivenNames,
        Field::DocumentNumber,
        Field::Nationality,
        Field::BirthDate,
        Field::Sex,
        Field::ValidFrom,
        Field::ValidUntil,
    ],
    back: &[],
    required: PASSPORT.required,
    zone: Some(Side::Front),
    formats: &[Format::MrvA, Format::MrvB],
    sizes: &[VISA_A, ID_2],
    expiry: EXPIRY,
    chinese: "签证",
    english: "visa",
};

const PRC_ID_CARD: Rules = Rules {
    sides: &[Side::Front, Side::Back],
    front: &[
        Field::Name,
        Field::Sex,
        Field::Ethnicity,
        Field::BirthDate,
        Field::Address,
        Field::DocumentNumber,
    ],
    back: &[Field::Authority, Field::ValidFrom, Field::ValidUntil],
    required: &[
        Field::Name,
        Field::Sex,
        Field::BirthDate,
        Field::Address,
        Field::DocumentNumber,
        Field::Authority,
        Field::ValidFrom,
        Field::ValidUntil,
    ],
    zone: None,
    formats: &[],
    sizes: &[ID_1],
    expiry: EXPIRY,
    chinese: "居民身份证",
    english: "resident identity card (China)",
};

const DRIVING_LICENCE: Rules = Rules {
    sides: &[Side::Front, Side::Back],
    front: &[
        Field::Surname,
        Field::GivenNames,
        Field::BirthDate,
        Field::BirthPlace,
        Field::ValidFrom,
        Field::ValidUntil,
        Field::Authority,
        Field::DocumentNumber,
        Field::Address,
    ],
    back: &[],
    required: &[
        Field::Name,
        Field::BirthDate,
        Field::DocumentNumber,
        Field::ValidUntil,
    ],
    zone: None,
    formats: &[],
    // The licence of the People's Republic of China is a little larger than ID-1.
    sizes: &[ID_1, (88.0, 60.0)],
    expiry: EXPIRY,
    chinese: "驾驶证",
    english: "driving licence",
};

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Passport,
        Self::IdCardTd1,
        Self::IdCardTd2,
        Self::Visa,
        Self::PrcIdCard,
        Self::DrivingLicence,
    ];

    /// Returns the rules of this kind.
    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Passport => &PASSPORT,
            Self::IdCardTd1 => &ID_CARD_TD1,
            Self::IdCardTd2 => &ID_CARD_TD2,
            Self::Visa => &VISA,
            Self::PrcIdCard => &PRC_ID_CARD,
            Self::DrivingLicence => &DRIVING_LICENCE,
        }
    }

    /// Returns the sides that must be photographed.
    pub const fn sides(self) -> &'static [Side] {
        self.rules().sides
    }

    /// Returns what a side prints.
    pub const fn fields(self, side: Side) -> &'static [Field] {
        match side {
            Side::Front => self.rules().front,
            Side::Back => self.rules().back,
        }
    }

    /// Returns width and height in millimetres.
    pub const fn size_mm(self) -> (f32, f32) {
        match self.rules().sizes {
            [size, ..] => *size,
            [] => ID_1,
        }
    }

    /// Returns the name in Chinese.
    pub const fn chinese(self) -> &'static str {
        self.rules().chinese
    }

    /// Returns the name in English.
    pub const fn english(self) -> &'static str {
        self.rules().english
    }

    /// Returns the kind of document that carries a zone of this format.
    pub const fn of_format(format: Format) -> Self {
        match format {
            Format::Td1 => Self::IdCardTd1,
            Format::Td2 | Format::FrenchId => Self::IdCardTd2,
            Format::Td3 => Self::Passport,
            Format::MrvA | Format::MrvB => Self::Visa,
        }
    }
}

impl Side {
    /// Returns the name in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Front => "正面",
            Self::Back => "背面",
        }
    }

    /// Returns the name in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }
}

impl Field {
    /// Returns the names in Chinese and English.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("姓名", "name"),
            Self::Surname => ("姓", "surname"),
            Self::GivenNames => ("名", "given names"),
            Self::Sex => ("性别", "sex"),
            Self::Ethnicity => ("民族", "ethnic group"),
            Self::BirthDate => ("出生日期", "date of birth"),
            Self::Address => ("住址", "address"),
            Self::DocumentNumber => ("证件号码", "document number"),
            Self::PersonalNumber => ("个人号码", "personal number"),
            Self::Nationality => ("国籍", "nationality"),
            Self::IssuingState => ("签发国", "issuing state"),
            Self::Authority => ("签发机关", "issuing authority"),
            Self::ValidFrom => ("有效期起始日期", "first day of validity"),
            Self::ValidUntil => ("有效期截止日期", "last day of validity"),
            Self::BirthPlace => ("出生地", "place of birth"),
        }
    }
}

/// Age in full years from which on somebody may be verified on their own, where the country is not
/// in [`MINIMUM_AGES`].
pub const DEFAULT_MINIMUM_AGE: i16 = 18;

/// Countries whose law sets full age above 18, by their code. Civil codes as of 2025; an operator's
/// policy may ask for more.
pub const MINIMUM_AGES: &[(&str, i16)] = &[
    ("DZA", 19),
    ("EGY", 21),
    ("KOR", 19),
    ("NZL", 20),
    ("SGP", 21),
    ("THA", 20),
];

/// Returns the age in full years that a holder from this country must have.
pub fn minimum_age(country: Country) -> i16 {
    let found = MINIMUM_AGES
        .iter()
        .find(|(code, _)| *code == country.code());
    found.map_or(DEFAULT_MINIMUM_AGE, |(_, age)| *age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_whole_rules() {
        for kind in DocumentKind::ALL {
            let rules = kind.rules();
            assert!(rules.sides.contains(&Side::Front), "{kind:?}");
            assert!(
                rules.zone.is_none_or(|side| rules.sides.contains(&side)),
                "{kind:?}"
            );
            assert_eq!(rules.zone.is_none(), rules.formats.is_empty(), "{kind:?}");
            let (width, height) = kind.size_mm();
            assert!(width > height && height > 50.0, "{kind:?}");
            for format in rules.formats {
                assert_eq!(DocumentKind::of_format(*format), kind);
            }
        }
    }

    #[test]
    fn minimum_ages_name_known_countries_above_the_default() {
        for (code, age) in MINIMUM_AGES {
            let country = Country::parse(code).expect("a country");
            assert!(
                minimum_age(country) == *age && *age > DEFAULT_MINIMUM_AGE,
                "{code}"
            );
        }
        assert_eq!(minimum_age(Country::parse("CHN").expect("a country")), 18);
    }
}
