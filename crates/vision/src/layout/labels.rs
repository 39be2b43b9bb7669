//! The words that documents print beside their fields, and where they stand in a line of text.

use std::sync::LazyLock;

use menshen_document::Field;

use super::fold::{Folded, Place, find_like, fold};

/// What a printed label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Label {
    /// A field that we read.
    Of(Field),
    /// Something that we do not read: it still shows that the line is no value.
    Other,
}

/// A label inside a line; `start..end` are indices of characters of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub label: Label,
    pub start: usize,
    pub end: usize,
    /// Characters that differ from the label as we know it.
    pub errors: usize,
}

/// Labels by field, from ICAO Doc 9303 (English, French, Spanish), Council Regulation (EC) 2252/2004
/// practice in other European languages, and the Chinese passport. Compared after folding.
const LABELS: &[(Label, &[&str])] = &[
    (
        Label::Of(Field::Surname),
        &[
            "surname",
            "surnames",
            "family name",
            "last name",
            "primary identifier",
            "identifiant primaire",
            "nom",
            "noms",
            "nom de famille",
            "name",
            "apellido",
            "apellidos",
            "primer apellido",
            "cognome",
            "apelidos",
            "apelido",
            "sobrenome",
            "achternaam",
            "naam",
            "familienname",
            "nachname",
            "prezime",
            "príjmení",
            "příjmení",
            "priezvisko",
            "nazwisko",
            "efternamn",
            "etternavn",
            "efternavn",
            "sukunimi",
            "mbiemri",
            "soyadı",
            "soyad",
            "familiennaam",
            "perekonnanimi",
            "uzvārds",
            "pavardė",
            "nume",
            "priimek",
            "姓",
        ],
    ),
    (
        Label::Of(Field::GivenNames),
        &[
            "given name",
            "given names",
            "forename",
            "forenames",
            "first name",
            "first names",
            "secondary identifier",
            "identifiant secondaire",
            "prénom",
            "prénoms",
            "nombre",
            "nombres",
            "vorname",
            "vornamen",
            "nome",
            "nomi",
            "nomes",
            "voornaam",
            "voornamen",
            "ime",
            "jméno",
            "meno",
            "imię",
            "imiona",
            "förnamn",
            "fornavn",
            "etunimet",
            "etunimi",
            "emri",
            "adı",
            "ad",
            "eesnimi",
            "vārds",
            "vardas",
            "prenume",
            "nome próprio",
            "名",
        ],
    ),
    (
        Label::Of(Field::Name),
        &["姓名", "full name", "name in full"],
    ),
    (
        Label::Of(Field::BirthDate),
        &[
            "date of birth",
            "birth date",
            "birthdate",
            "dob",
            "date de naissance",
            "né le",
            "fecha de nacimiento",
            "geburtsdatum",
            "geburtstag",
            "data di nascita",
            "data de nascimento",
            "geboortedatum",
            "syntymäaika",
            "födelsedatum",
            "fødselsdato",
            "datum narození",
            "dátum narodenia",
            "data urodzenia",
            "datum rođenja",
            "datum rojstva",
            "datëlindja",
            "doğum tarihi",
            "doğulduğu tarix",
            "sünniaeg",
            "dzimšanas datums",
            "gimimo data",
            "data nașterii",
            "出生日期",
            "出生",
        ],
    ),
    (
        Label::Of(Field::BirthPlace),
        &[
            "place of birth",
            "birth place",
            "birthplace",
            "lieu de naissance",
            "country of birth",
            "lugar de nacimiento",
            "geburtsort",
            "luogo di nascita",
            "local de nascimento",
            "naturalidade",
            "geboorteplaats",
            "syntymäpaikka",
            "födelseort",
            "fødested",
            "místo narození",
            "miesto narodenia",
            "miejsce urodzenia",
            "mjesto rođenja",
            "kraj rojstva",
            "vendlindja",
            "doğum yeri",
            "doğulduğu yer",
            "sünnikoht",
            "dzimšanas vieta",
            "gimimo vieta",
            "locul nașterii",
            "出生地点",
            "出生地",
        ],
    ),
    (
        Label::Of(Field::Sex),
        &[
            "sex",
            "sexe",
            "sexo",
            "geschlecht",
            "sesso",
            "geslacht",
            "gender",
            "genre",
            "sukupuoli",
            "kön",
            "kjønn",
            "køn",
            "pohlaví",
            "pohlavie",
            "płeć",
            "spol",
            "cinsiyet",
            "cinsi",
            "gjinia",
            "sugu",
            "dzimums",
            "lytis",
            "sexul",
            "性别",
        ],
    ),
    (
        Label::Of(Field::Nationality),
        &[
            "nationality",
            "nationalité",
            "nacionalidad",
            "staatsangehörigkeit",
            "cittadinanza",
            "nationaliteit",
            "nacionalidade",
            "kansalaisuus",
            "medborgarskap",
            "nationalitet",
            "státní občanství",
            "štátna príslušnosť",
            "obywatelstwo",
            "državljanstvo",
            "shtetësia",
            "uyruğu",
            "vətəndaşlığı",
            "kodakondsus",
            "pilsonība",
            "pilietybė",
            "cetățenie",
            "citizenship",
            "国籍",
        ],
    ),
    (
        Label::Of(Field::DocumentNumber),
        &[
            "passport no",
            "passport number",
            "passport n",
            "passeport no",
            "passeport n",
            "n du passeport",
            "no du passeport",
            "numéro de passeport",
            "document no",
            "document number",
            "doc no",
            "n du document",
            "no du document",
            "document n",
            "número de pasaporte",
            "pasaporte n",
            "pasaporte no",
            "card no",
            "card number",
            "card n",
            "identity card no",
            "licence no",
            "license no",
            "licence number",
            "license number",
            "driver license no",
            "dln",
            "dl no",
            "reisepass nr",
            "pass nr",
            "passnummer",
            "dokumentnummer",
            "ausweisnummer",
            "dokument nr",
            "passaporto n",
            "passaporte n",
            "paspoortnummer",
            "documentnummer",
            "passin numero",
            "passi nro",
            "číslo pasu",
            "broj putovnice",
            "broj isprave",
            "nr paszportu",
            "numer dokumentu",
            "pasaport no",
            "pasaportun nömrəsi",
            "numri i dokumentit",
            "nr i letërnjoftimit",
            "护照号",
            "护照号码",
            "证件号码",
            "证号",
        ],
    ),
    (
        Label::Of(Field::PersonalNumber),
        &[
            "personal no",
            "personal number",
            "personal id no",
            "personal identification number",
            "numéro personnel",
            "n personnel",
            "número personal",
            "henkilötunnus",
            "personnummer",
            "rodné číslo",
            "personal code",
            "isikukood",
            "personas kods",
            "asmens kodas",
            "oib",
            "numri personal",
            "fiscal number",
            "pesel",
            "fərdi kod",
            "kimlik no",
        ],
    ),
    (
        Label::Of(Field::ValidUntil),
        &[
            "date of expiry",
            "date of expiration",
            "expiry date",
            "expiration date",
            "expiry",
            "expires",
            "exp",
            "expire le",
            "date d'expiration",
            "valid until",
            "valid to",
            "valable jusqu'au",
            "valable jusqu",
            "carte valable jusqu'au",
            "gültig bis",
            "fecha de caducidad",
            "fecha de vencimiento",
            "válido hasta",
            "valido hasta",
            "data di scadenza",
            "scadenza",
            "válido até",
            "data de validade",
            "validade",
            "geldig tot",
            "viimeinen voimassaolopäivä",
            "voimassa",
            "sista giltighetsdag",
            "utløpsdato",
            "datum skončení platnosti",
            "platnost do",
            "data ważności",
            "vrijedi do",
            "datum isteka",
            "velja do",
            "son geçerlilik tarihi",
            "geçerlilik",
            "data e skadimit",
            "data e skadencës",
            "etibarlıdır",
            "card expiry",
            "有效期至",
            "有效期限",
        ],
    ),
    (
        Label::Of(Field::ValidFrom),
        &[
            "date of issue",
            "issue date",
            "date of delivery",
            "iss",
            "date de délivrance",
            "délivrée le",
            "délivré le",
            "fecha de expedición",
            "fecha de emisión",
            "ausstellungsdatum",
            "ausstellungstag",
            "data di rilascio",
            "data de emissão",
            "datum van afgifte",
            "datum afgifte",
            "myöntämispäivä",
            "utfärdandedag",
            "utstedelsesdato",
            "datum vydání",
            "datum izdaje",
            "data wydania",
            "datum izdavanja",
            "data e lëshimit",
            "verildiği tarih",
            "veriliş tarihi",
            "date issued",
            "签发日期",
        ],
    ),
    (
        Label::Of(Field::Authority),
        &[
            "authority",
            "issuing authority",
            "issued by",
            "autorité",
            "autorité de délivrance",
            "behörde",
            "ausstellende behörde",
            "autoridad",
            "autorità",
            "autoridade",
            "autoriteit",
            "autoritet",
            "myndighet",
            "viranomainen",
            "vydal",
            "organ wydający",
            "izdalo",
            "autoriteti",
            "veren makam",
            "签发机关",
        ],
    ),
    (
        Label::Of(Field::IssuingState),
        &[
            "country code",
            "code of issuing state",
            "issuing state",
            "issuing country",
            "code du pays",
            "code du pays émetteur",
            "code de l'état émetteur",
            "código de país",
            "landcode",
            "country code code du pays",
            "国家码",
        ],
    ),
    (
        Label::Of(Field::Address),
        &[
            "address",
            "adresse",
            "anschrift",
            "domicilio",
            "residence",
            "résidence",
            "indirizzo",
            "adres",
            "osoite",
            "wohnort",
            "住址",
        ],
    ),
    (Label::Of(Field::Ethnicity), &["民族"]),
    (
        Label::Other,
        &[
            "type",
            "typ",
            "tipo",
            "signature",
            "signature of bearer",
            "signature du titulaire",
            "signature of holder",
            "holder's signature",
            "unterschrift",
            "unterschrift der inhaberin",
            "firma",
            "firma del titular",
            "assinatura",
            "handtekening",
            "height",
            "taille",
            "größe",
            "estatura",
            "statura",
            "lengte",
            "eyes",
            "colour of eyes",
            "color of eyes",
            "couleur des yeux",
            "augenfarbe",
            "colour",
            "remarks",
            "observations",
            "bemerkungen",
            "annotazioni",
            "birth name",
            "name at birth",
            "geburtsname",
            "nom d'usage",
            "segundo apellido",
            "second surname",
            "endorsements",
            "class",
            "restrictions",
            "hgt",
            "wgt",
            "hair",
            "ausstellungsort",
            "place of issue",
            "lieu de délivrance",
            "passport",
            "passeport",
            "pasaporte",
            "category",
            "code",
            "签发地点",
            "持照人签名",
            "hija de",
            "parents",
            "kind of permit",
            "type of permit",
            "art des titels",
            "tipo di permesso",
            "registration number",
            "control number",
            "issuing post name",
            "visa type",
            "entries",
        ],
    ),
];

struct Word {
    label: Label,
    chars: Vec<char>,
    han: bool,
}

/// Longest first, so that "date of birth" wins over "birth".
static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let mut words: Vec<Word> = LABELS
        .iter()
        .flat_map(|(label, words)| words.iter().map(move |word| (*label, fold(word))))
        .map(|(label, word)| Word {
            label,
            han: word.chars().all(is_han),
            chars: word.chars().collect(),
        })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars.len()));
    words
});

/// Is this a Han character of the basic block or its first extension?
pub(crate) fn is_han(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// Returns the labels in a line, left to right, none overlapping.
pub(crate) fn label_hits(text: &str) -> Vec<Hit> {
    let folded = Folded::new(text);
    let mut free = vec![true; folded.chars.len()];
    let mut hits = Vec::new();
    for word in WORDS.iter() {
        let Some(place) = find_word(&folded, word, &free) else {
            continue;
        };
        free[place.start..place.end].fill(false);
        hits.push(Hit {
            label: word.label,
            start: folded.source[place.start],
            end: folded.source[place.end - 1] + 1,
            errors: place.errors,
        });
    }
    hits.sort_by_key(|hit| hit.start);
    hits
}

fn find_word(folded: &Folded, word: &Word, free: &[bool]) -> Option<Place> {
    let length = word.chars.len();
    if length > folded.chars.len() + 2 {
        return None;
    }
    // Short words are everywhere inside longer ones; they must stand alone and be exact.
    let most = if word.han || length < 6 {
        0
    } else {
        length / 6
    };
    if most == 0 {
        return (0..=folded.chars.len().checked_sub(length)?)
            .map(|start| Place {
                start,
                end: start + length,
                errors: 0,
            })
            .find(|place| {
                folded.chars[place.start..place.end] == word.chars
                    && free[place.start..place.end].iter().all(|free| *free)
                    && stands_alone(folded, word, place)
            });
    }
    find_like(&folded.chars, &word.chars, most).filter(|place| {
        free[place.start..place.end].iter().all(|free| *free) && stands_alone(folded, word, place)
    })
}

fn stands_alone(folded: &Folded, word: &Word, place: &Place) -> bool {
    if word.han {
        // A single character is a label only on its own: 姓 / Surname.
        return word.chars.len() > 1
            || (folded.starts[place.start] && folded.ends(place.end))
            || folded
                .chars
                .get(place.end)
                .is_some_and(char::is_ascii_alphabetic);
    }
    // Recognisers drop spaces, so a long label may touch its neighbours on one side.
    let (start, end) = (folded.starts[place.start], folded.ends(place.end));
    if word.chars.len() < 9 {
        start && end
    } else {
        start || end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<Label> {
        label_hits(text).into_iter().map(|hit| hit.label).collect()
    }

    #[test]
    fn labels_in_several_languages_are_one_field() {
        let of = Label::Of;
        assert_eq!(labels("Surname/Nom"), [of(Field::Surname); 2]);
        assert_eq!(
            labels("Date of birth / Date de naissance"),
            [of(Field::BirthDate); 2]
        );
        assert_eq!(labels("Dateofbirth"), [of(Field::BirthDate)]);
        assert_eq!(labels("Geburtsdalum/Date of birth").len(), 2);
        assert_eq!(
            labels("性別男民族漢"),
            [of(Field::Sex), of(Field::Ethnicity)]
        );
    }

    #[test]
    fn names_are_not_labels() {
        assert!(labels("ERIKSSON").is_empty());
        assert!(labels("NOMURA SEXTON").is_empty());
        assert!(labels("12 AUG/AOUT 74").is_empty());
        assert!(labels("姓张").is_empty());
    }

    #[test]
    fn a_hit_says_where_the_label_ends() {
        let hits = label_hits("Nom : MARTIN");
        assert_eq!((hits[0].start, hits[0].end), (0, 3));
    }
}
