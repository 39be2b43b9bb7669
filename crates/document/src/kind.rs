//! Document kinds, their sides and the fields they carry.

use serde::{Deserialize, Serialize};

/// A kind of identity document, by its format; the issuing country is separate data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Passport data page with a TD3 machine-readable zone (125 x 88 mm).
    Passport,
    /// Identity or residence card of ID-1 size (85.6 x 54 mm) with a three-line TD1 zone on the back.
    IdCardTd1,
    /// Identity card of ID-2 size (105 x 74 mm) with a two-line TD2 zone.
    IdCardTd2,
    /// Visa with an MRV-A or MRV-B zone. Read, but never accepted as proof of identity by default.
    Visa,
    /// Resident identity card of the People's Republic of China, second generation (85.6 x 54 mm).
    PrcIdCard,
    /// Driving licence of ID-1 size without a machine-readable zone.
    DrivingLicence,
}

/// A side of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side with the portrait (the only side of a passport or visa).
    Front,
    /// The other side: the MRZ side of a TD1 card, the emblem side of a PRC card.
    Back,
}

/// A piece of data that a document prints or that a person types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The whole name as printed (姓名).
    Name,
    /// The primary identifier.
    Surname,
    /// The secondary identifiers.
    GivenNames,
    /// 性别.
    Sex,
    /// 民族.
    Ethnicity,
    /// 出生.
    BirthDate,
    /// 住址.
    Address,
    /// The document number (公民身份号码 on a PRC card).
    DocumentNumber,
    /// A national personal number printed beside the document number.
    PersonalNumber,
    /// Nationality as an ICAO three-letter code.
    Nationality,
    /// Issuing state as an ICAO three-letter code.
    IssuingState,
    /// 签发机关.
    Authority,
    /// First day of validity.
    ValidFrom,
    /// Last day of validity; the text 长期 for a long-term card.
    ValidUntil,
    /// Place or country of birth.
    BirthPlace,
}
