//! What the document says about its holder, source by source: print, zone, number.

use jiff::civil::Date;
use menshen_document::mrz::{self, DocumentDate, Fields, Format, Sex};
use menshen_document::prc_card::ValidUntil;
use menshen_document::prc_id::PrcId;
use menshen_document::{DocumentKind, Field};

use crate::checks::quality::is_faulty;
use crate::evidence::{MrzEvidence, PageEvidence};
use crate::finding::{Finding, at_least};
use crate::geometry::Rect;
use crate::pages::{Page, mandatory};
use crate::policy::Policy;
use crate::reason::Step;

/// Where a fact was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A printed field.
    Print,
    /// The machine-readable zone.
    Zone,
    /// Encoded in the document's number.
    Number,
}

/// One value from one source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact<T> {
    /// What was read.
    pub value: T,
    /// On which photo.
    pub origin: Step,
    /// From which source.
    pub source: Source,
    /// Read so surely that a difference is not the reader's fault.
    pub firm: bool,
    /// The policy demands this very field, so that it must not differ even when another source agrees.
    pub needed: bool,
    /// Where it stands.
    pub region: Rect,
}

impl<T> Fact<T> {
    /// Returns what the number encodes, as sure as the number.
    fn encoded<U>(&self, value: U) -> Fact<U> {
        Fact {
            value,
            origin: self.origin,
            source: Source::Number,
            firm: self.firm,
            needed: self.needed,
            region: self.region,
        }
    }
}

/// Everything that the document says, from all its photos.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    pub names: Vec<Fact<String>>,
    pub births: Vec<Fact<DocumentDate>>,
    pub sexes: Vec<Fact<Sex>>,
    pub numbers: Vec<Fact<String>>,
    pub nationalities: Vec<Fact<String>>,
    pub issuers: Vec<Fact<String>>,
    pub birth_places: Vec<Fact<String>>,
    pub valid_from: Vec<Fact<Date>>,
    pub valid_until: Vec<Fact<ValidUntil>>,
    pub ethnicities: Vec<Fact<String>>,
    pub addresses: Vec<Fact<String>>,
    pub authorities: Vec<Fact<String>>,
    /// The resident number of a PRC card, when its check character holds.
    pub resident_number: Option<PrcId>,
    /// Formats of the zones found, to compare with the kind.
    pub formats: Vec<Fact<Format>>,
}

impl Facts {
    /// Adds what a page says. `quality` are the findings about the photo's quality.
    pub fn add(
        &mut self,
        policy: &Policy,
        page: &Page,
        kind: DocumentKind,
        quality: &[Finding],
        today: Date,
    ) {
        let printed = Printed::new(policy, page, kind, quality);
        self.add_print(&printed, kind, today);
        if let Some((zone, fields)) = zone(page.evidence, today) {
            self.add_zone(page.step, zone, fields);
        }
    }

    fn add_print(&mut self, printed: &Printed, kind: DocumentKind, today: Date) {
        self.names.extend(printed.name());
        self.births.extend(printed.read(Field::BirthDate, |text| {
            text.parse::<Date>().ok().map(DocumentDate::Full)
        }));
        self.sexes.extend(printed.read(Field::Sex, sex));
        match kind {
            DocumentKind::PrcIdCard => self.add_resident_number(printed, today),
            _ => self
                .numbers
                .extend(printed.read(Field::DocumentNumber, text)),
        }
        self.nationalities
            .extend(printed.read(Field::Nationality, text));
        self.issuers.extend(printed.read(Field::IssuingState, text));
        self.ethnicities
            .extend(printed.read(Field::Ethnicity, text));
        self.addresses.extend(printed.read(Field::Address, text));
        self.authorities
            .extend(printed.read(Field::Authority, text));
        self.birth_places
            .extend(printed.read(Field::BirthPlace, text));
        self.valid_from
            .extend(printed.read(Field::ValidFrom, |text| text.parse().ok()));
        self.valid_until
            .extend(printed.read(Field::ValidUntil, ValidUntil::parse));
    }

    /// A resident number carries the date of birth and the sex. One that fails its check character
    /// was not read and says nothing.
    fn add_resident_number(&mut self, printed: &Printed, today: Date) {
        let Some(read) = printed.read(Field::DocumentNumber, |text| PrcId::parse(text, today).ok())
        else {
            return;
        };
        // The check character sees every single error: on a good photo it vouches for the reading.
        let firm = read.firm || !printed.faulty;
        let number = read.value.clone();
        let read = Fact { firm, ..read };
        self.births
            .push(read.encoded(DocumentDate::Full(number.birth())));
        self.sexes.push(read.encoded(number.sex()));
        self.numbers.push(Fact {
            value: number.as_str().to_owned(),
            source: Source::Print,
            ..read.encoded(String::new())
        });
        self.resident_number = Some(number);
    }

    fn add_zone(&mut self, origin: Step, zone: &MrzEvidence, fields: ZoneFields) {
        // Check digits cover numbers and dates; only the reader vouches for the rest.
        let ZoneFields { format, fields } = fields;
        let covered = ZoneSource {
            origin,
            region: zone.region,
            firm: true,
        };
        let uncovered = ZoneSource {
            firm: zone.certain,
            ..covered
        };
        self.formats.push(covered.fact(format));
        self.names.extend(uncovered.filled(fields.name));
        self.births
            .extend(fields.birth_date.map(|date| covered.fact(date)));
        self.sexes.extend(
            fields
                .sex
                .filter(|sex| *sex != Sex::Unspecified)
                .map(|sex| uncovered.fact(sex)),
        );
        self.numbers.extend(covered.filled(fields.document_number));
        self.nationalities
            .extend(uncovered.filled(fields.nationality));
        self.issuers.extend(uncovered.filled(fields.issuing_state));
        let expiry = fields.expiry_date.and_then(DocumentDate::full);
        self.valid_until
            .extend(expiry.map(|date| covered.fact(ValidUntil::Day(date))));
    }
}

/// A zone whose check digits agree, with what it says.
pub(crate) struct ZoneFields {
    /// Its format.
    pub format: Format,
    /// Its contents.
    pub fields: Fields,
}

/// Returns the page's zone when all of its check digits agree.
pub(crate) fn zone(page: &PageEvidence, today: Date) -> Option<(&MrzEvidence, ZoneFields)> {
    let zone = page.mrz.as_ref()?;
    let proven = mrz::parse(&zone.lines).ok()?.into_mrz().ok()?;
    let fields = proven.fields(today);
    let format = proven.reading().format();
    Some((zone, ZoneFields { format, fields }))
}

#[derive(Clone, Copy)]
struct ZoneSource {
    origin: Step,
    region: Rect,
    firm: bool,
}

impl ZoneSource {
    fn fact<T>(self, value: T) -> Fact<T> {
        Fact {
            value,
            origin: self.origin,
            source: Source::Zone,
            firm: self.firm,
            needed: true,
            region: self.region,
        }
    }

    fn filled(self, value: String) -> Option<Fact<String>> {
        (!value.is_empty()).then(|| self.fact(value))
    }
}

/// The printed fields of a page.
struct Printed<'a> {
    page: &'a Page<'a>,
    needed: &'a [Field],
    read_from: f32,
    firm_from: f32,
    faulty: bool,
}

impl<'a> Printed<'a> {
    fn new(policy: &'a Policy, page: &'a Page, kind: DocumentKind, quality: &[Finding]) -> Self {
        let rules = &policy.reading;
        let faulty = is_faulty(quality);
        let firm_from = if faulty {
            rules.mismatch_confidence_under_fault
        } else {
            rules.mismatch_confidence
        };
        Self {
            page,
            needed: mandatory(policy, kind, page.side),
            read_from: rules.field_confidence,
            firm_from,
            faulty,
        }
    }

    fn read<T>(&self, field: Field, parse: impl Fn(&str) -> Option<T>) -> Option<Fact<T>> {
        let read = self.page.evidence.fields.get(&field)?;
        if !at_least(read.confidence, self.read_from) {
            return None;
        }
        Some(Fact {
            value: parse(read.value.trim())?,
            origin: self.page.step,
            source: Source::Print,
            firm: at_least(read.confidence, self.firm_from),
            needed: self.needed.contains(&field),
            region: read.region,
        })
    }

    /// The whole name, or surname and given names where they are printed apart.
    fn name(&self) -> Option<Fact<String>> {
        if let Some(whole) = self.read(Field::Name, text) {
            return Some(whole);
        }
        let mut surname = self.read(Field::Surname, text)?;
        let given = self.read(Field::GivenNames, text)?;
        surname.value = format!("{} {}", surname.value, given.value);
        surname.firm &= given.firm;
        Some(surname)
    }
}

fn text(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

fn sex(value: &str) -> Option<Sex> {
    match value {
        "M" => Some(Sex::Male),
        "F" => Some(Sex::Female),
        _ => None,
    }
}

/// How a typed value stands to the facts.
pub(crate) enum Verdict<'a, T> {
    /// A source says the same, and none that matters says otherwise.
    Confirmed,
    /// A sure reading says otherwise and none says the same.
    Differs(&'a Fact<T>),
    /// An unsure reading says otherwise.
    Unsure(&'a Fact<T>),
    /// No source says anything.
    Unknown,
}

/// Compares a typed value with all sources.
///
/// Where sure sources contradict each other the typed value is not to blame: that is a finding of
/// its own, see [`contradiction`].
pub(crate) fn compare<T>(facts: &[Fact<T>], same: impl Fn(&T) -> bool) -> Verdict<'_, T> {
    let (agree, differ): (Vec<_>, Vec<_>) = facts.iter().partition(|fact| same(&fact.value));
    if agree.is_empty() {
        return match (differ.iter().find(|fact| fact.firm), differ.first()) {
            (Some(firm), _) => Verdict::Differs(firm),
            (None, Some(weak)) => Verdict::Unsure(weak),
            (None, None) => Verdict::Unknown,
        };
    }
    match differ.iter().find(|fact| !fact.firm && fact.needed) {
        Some(weak) => Verdict::Unsure(weak),
        None => Verdict::Confirmed,
    }
}

/// Returns two sure facts that contradict each other.
pub(crate) fn contradiction<T>(
    facts: &[Fact<T>],
    same: impl Fn(&T, &T) -> bool,
) -> Option<(&Fact<T>, &Fact<T>)> {
    let firm: Vec<_> = facts.iter().filter(|fact| fact.firm).collect();
    firm.iter().enumerate().find_map(|(index, first)| {
        let other = firm
            .iter()
            .skip(index + 1)
            .find(|other| !same(&first.value, &other.value));
        other.map(|other| (*first, *other))
    })
}

/// Returns the surest fact.
pub(crate) fn surest<T>(facts: &[Fact<T>]) -> Option<&Fact<T>> {
    facts
        .iter()
        .find(|fact| fact.firm)
        .or_else(|| facts.first())
}
