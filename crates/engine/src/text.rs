//! The models that read text.

use menshen_vision::mrz::{self, MrzRead};
use menshen_vision::{Photo, TextReader};

use crate::error::EngineError;
use crate::load::Loader;

/// Reads text and machine-readable zones.
pub struct TextEngine {
    pub(crate) reader: TextReader,
}

impl TextEngine {
    /// Loads the text models.
    pub fn load(loader: &Loader) -> Result<Self, EngineError> {
        Ok(Self {
            reader: loader.text_reader()?,
        })
    }

    /// Reads the machine-readable zone of a photo.
    pub fn read_mrz(&self, photo: &Photo) -> Result<Option<MrzRead>, EngineError> {
        Ok(mrz::read_mrz(&self.reader, &photo.pixels)?)
    }
}
