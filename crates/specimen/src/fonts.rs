//! Real fonts from Debian packages, found in the usual system folders.

use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontVec, Glyph, GlyphId, PxScale, point};

use crate::SpecimenError;

/// Where Linux, Homebrew and people keep fonts; each is searched three folders deep.
const FOLDERS: [&str; 4] = [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/opt/homebrew/share/fonts",
];

/// How deep below a font folder a file may lie.
const DEPTH: usize = 3;

/// Index of the Simplified Chinese face in Noto's CJK collections (JP, KR, SC, TC, HK).
const SIMPLIFIED: u32 = 2;

/// The faces that the layouts use.
pub struct Fonts {
    /// Chinese text and labels.
    pub han: Typeface,
    /// Chinese headings and the mark.
    pub han_bold: Typeface,
    /// Latin text.
    pub latin: Typeface,
    /// Latin headings and values.
    pub latin_bold: Typeface,
    /// OCR-B: machine-readable lines and PRC numbers.
    pub ocr_b: Typeface,
}

impl Fonts {
    /// Loads the fonts from the system's folders, after `extra` (the CLI passes `$MENSHEN_FONTS`).
    ///
    /// # Errors
    /// [`SpecimenError::FontMissing`] names the Debian package to install.
    pub fn load(extra: Option<&Path>) -> Result<Self, SpecimenError> {
        let mut folders: Vec<PathBuf> = extra.map(Path::to_path_buf).into_iter().collect();
        folders.extend(FOLDERS.iter().map(PathBuf::from));
        Self::load_from(&folders)
    }

    /// Loads the fonts from these folders only.
    ///
    /// # Errors
    /// As [`Fonts::load`].
    pub fn load_from(folders: &[PathBuf]) -> Result<Self, SpecimenError> {
        let load = |file, package, index| Typeface::load(folders, file, package, index);
        Ok(Self {
            han: load("NotoSansCJK-Regular.ttc", "fonts-noto-cjk", SIMPLIFIED)?,
            han_bold: load("NotoSansCJK-Bold.ttc", "fonts-noto-cjk", SIMPLIFIED)?,
            latin: load("DejaVuSans.ttf", "fonts-dejavu-core", 0)?,
            latin_bold: load("DejaVuSans-Bold.ttf", "fonts-dejavu-core", 0)?,
            ocr_b: load("OCRB.otf", "fonts-ocr-b", 0)?,
        })
    }
}

/// One face, measured in ems.
pub struct Typeface(FontVec);

impl Typeface {
    fn load(
        folders: &[PathBuf],
        file: &'static str,
        package: &'static str,
        index: u32,
    ) -> Result<Self, SpecimenError> {
        let path = folders
            .iter()
            .find_map(|folder| find_file(folder, file, DEPTH))
            .ok_or(SpecimenError::FontMissing { file, package })?;
        let bytes = std::fs::read(&path).map_err(|source| SpecimenError::FontRead {
            path: path.clone(),
            source,
        })?;
        FontVec::try_from_vec_and_index(bytes, index)
            .map(Self)
            .map_err(|source| SpecimenError::FontParse { path, source })
    }

    /// Returns the width of a character in ems.
    pub fn advance(&self, letter: char) -> f32 {
        self.0.h_advance_unscaled(self.0.glyph_id(letter)) / self.units_per_em()
    }

    /// Returns the width of a text in ems, with `tracking` ems between letters.
    pub fn width(&self, text: &str, tracking: f32) -> f32 {
        let letters = text.chars().count().saturating_sub(1) as f32;
        text.chars().map(|letter| self.advance(letter)).sum::<f32>() + letters * tracking
    }

    /// Returns whether the face can draw every letter of a text.
    pub fn covers(&self, text: &str) -> bool {
        text.chars()
            .all(|letter| letter == ' ' || self.0.glyph_id(letter) != GlyphId(0))
    }

    /// Draws one letter: `ink(x, y, coverage)` for each pixel it touches.
    /// `em` is the size of an em in pixels; `x`, `baseline` the pen position.
    pub fn letter(
        &self,
        letter: char,
        em: f32,
        x: f32,
        baseline: f32,
        mut ink: impl FnMut(i32, i32, f32),
    ) {
        let scale = PxScale::from(em * self.0.height_unscaled() / self.units_per_em());
        let glyph: Glyph = self
            .0
            .glyph_id(letter)
            .with_scale_and_position(scale, point(x, baseline));
        if let Some(outline) = self.0.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
            outline.draw(|dx, dy, coverage| ink(left + dx as i32, top + dy as i32, coverage));
        }
    }

    fn units_per_em(&self) -> f32 {
        // A face without this value is not scalable; none of ours lacks it.
        self.0.units_per_em().unwrap_or(1000.0)
    }
}

fn find_file(folder: &Path, file: &str, depth: usize) -> Option<PathBuf> {
    let direct = folder.join(file);
    if direct.is_file() {
        return Some(direct);
    }
    if depth == 0 {
        return None;
    }
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    // The order of a directory is not defined; sorted, the same machine always takes the same file.
    folders.sort();
    folders
        .iter()
        .find_map(|inner| find_file(inner, file, depth - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_font_names_its_debian_package() {
        let empty = tempfile::tempdir().expect("a temporary folder");
        let error = Fonts::load_from(&[empty.path().to_path_buf()])
            .err()
            .expect("no fonts there");
        assert!(error.to_string().contains("fonts-noto-cjk"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_font_is_refused_and_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("NotoSansCJK-Regular.ttc"), b"not a font")
            .expect("write");
        let error = Fonts::load_from(&[folder.path().to_path_buf()])
            .err()
            .expect("no font");
        assert!(matches!(error, SpecimenError::FontParse { .. }), "{error}");
    }
}
