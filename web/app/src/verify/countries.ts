import type { Lang } from "../shared/i18n.js";

/** A state as people choose it. */
export interface Country {
  /** The code of machine-readable zones, three letters (`D` for Germany as documents have it). */
  code: string;
  name: string;
}

/** Codes of machine-readable zones and ISO's two letters, as in `crates/document/data/countries.tsv`; names come from the browser. */
const CODES =
  "ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI BELBE BENBJ BESBQ " +
  "BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH " +
  "CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DDE DJIDJ DMADM DNKDK " +
  "DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI " +
  "GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN " +
  "IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB " +
  "LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT " +
  "MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO " +
  "NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE RKSXK " +
  "ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK " +
  "SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ " +
  "UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW ";

/** Not states, and yet on documents: names that no browser knows. */
const OTHERS: Readonly<Record<string, Record<Lang, string>>> = {
  EUE: { en: "European Union", "zh-CN": "欧洲联盟" },
  GBD: { en: "British overseas territories citizen", "zh-CN": "英国海外领土公民" },
  GBN: { en: "British national (overseas)", "zh-CN": "英国国民（海外）" },
  UNO: { en: "United Nations", "zh-CN": "联合国" },
  UTO: { en: "Utopia (specimens only)", "zh-CN": "乌托邦（仅用于样本）" },
  XXA: { en: "Stateless person", "zh-CN": "无国籍人" },
  XXB: { en: "Refugee", "zh-CN": "难民" },
};

/** Returns the states in the reader's language and order. */
export function countries(lang: Lang): Country[] {
  const names = new Intl.DisplayNames(lang, { type: "region", fallback: "code" });
  const states = CODES.trim().split(" ").map((codes) => ({ code: codes.slice(0, -2), name: names.of(codes.slice(-2)) ?? codes.slice(0, -2) }));
  const others = Object.entries(OTHERS).map(([code, name]) => ({ code, name: name[lang] }));
  const { compare } = new Intl.Collator(lang);
  return [...states, ...others].sort((one, other) => compare(one.name, other.name));
}

/** Returns the state that the browser's settings suggest, as a first choice. */
export function likelyCountry(tags: readonly string[] = navigator.languages): string | undefined {
  for (const tag of tags) {
    const region = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})\b/.exec(tag)?.[1];
    const found = region && CODES.split(" ").find((codes) => codes.slice(-2) === region);
    if (found) return found.slice(0, -2);
  }
  return undefined;
}
