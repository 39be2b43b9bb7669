//! Invented people: names put together from short lists, places that do not exist.
//!
//! Surnames and given names are common ones, combined by the seed; streets, towns and offices carry
//! "样" or "Utopia" so that no address is anybody's. PRC region codes must be real, because a reader
//! checks them; the sequence codes are 996-999, which the standard kept for people of a hundred years
//! and more, so that a number with a birth date in our lifetime was never handed out.

/// Sex as documents print it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 男, M.
    Male,
    /// 女, F.
    Female,
}

impl Sex {
    /// Returns `M` or `F`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }

    /// Returns 男 or 女.
    pub fn han(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }

    /// Returns the other one.
    pub fn other(self) -> Self {
        match self {
            Self::Male => Self::Female,
            Self::Female => Self::Male,
        }
    }
}

/// Chinese surnames.
pub const HAN_SURNAMES: [&str; 16] = [
    "张", "王", "李", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "欧阳", "马", "胡",
    "诸葛",
];

/// Chinese given names for men.
pub const HAN_MALE: [&str; 12] = [
    "伟", "磊", "建国", "志强", "文博", "子轩", "浩然", "明远", "立新", "海涛", "永康", "嘉诚",
];

/// Chinese given names for women.
pub const HAN_FEMALE: [&str; 12] = [
    "芳", "敏", "秀英", "雨桐", "思涵", "丽华", "晓燕", "若曦", "淑珍", "佳怡", "春梅", "慧琳",
];

/// Ethnicities with their share in the drawing.
pub const ETHNICITIES: [&str; 8] = ["汉", "汉", "汉", "汉", "回", "满", "壮", "土家"];

/// Region code (in force since before the oldest holder was born), region as an address begins, office that issues cards there.
pub const REGIONS: [(&str, &str, &str); 8] = [
    ("110101", "北京市东城区", "样本市公安局东城分局"),
    ("310101", "上海市黄浦区", "样本市公安局黄浦分局"),
    ("440104", "广东省广州市越秀区", "样本市公安局越秀分局"),
    ("330106", "浙江省杭州市西湖区", "样本市公安局西湖分局"),
    ("370102", "山东省济南市历下区", "样本市公安局历下分局"),
    ("420106", "湖北省武汉市武昌区", "样本市公安局武昌分局"),
    ("610103", "陕西省西安市碑林区", "样本市公安局碑林分局"),
    ("320102", "江苏省南京市玄武区", "样本市公安局玄武分局"),
];

/// Streets that do not exist.
pub const STREETS: [&str; 6] = [
    "样本路",
    "样例胡同",
    "虚构大街",
    "示范巷",
    "试样里",
    "假想街",
];

/// Latin surnames.
pub const LATIN_SURNAMES: [&str; 14] = [
    "Eriksson",
    "Moreau",
    "Lindqvist",
    "Okafor",
    "Tanaka",
    "Rossi",
    "Müller",
    "Novák",
    "O'Brien",
    "Petrov",
    "García Ruiz",
    "Haddad",
    "Sørensen",
    "Smith-Jones",
];

/// Latin given names for men.
pub const LATIN_MALE: [&str; 10] = [
    "Lars",
    "Jean Pierre",
    "Tomas",
    "Chidi",
    "Kenji",
    "Marco",
    "Jürgen",
    "Samuel",
    "Omar Karim",
    "Søren",
];

/// Latin given names for women.
pub const LATIN_FEMALE: [&str; 10] = [
    "Anna Maria",
    "Zoë",
    "Ingrid",
    "Amara",
    "Yuki",
    "Giulia",
    "Katharina",
    "Lucía",
    "Leila",
    "Eva Sofie",
];

/// Towns of Utopia.
pub const TOWNS: [&str; 6] = [
    "Zenith", "Amaurot", "Anyder", "Bensalem", "Erewhon", "Lilliput",
];
