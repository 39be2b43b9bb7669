//! The reader of machine-readable zones.

use menshen_vision::Photo;
use menshen_vision::mrz::{self, MrzRead, ZoneReader};

use crate::error::EngineError;
use crate::load::Loader;

/// Reads machine-readable zones. Its network is inside the program: nothing has to be installed.
pub struct ZoneEngine {
    pub(crate) reader: ZoneReader,
}

impl ZoneEngine {
    /// Loads the network.
    pub fn load(loader: &Loader) -> Result<Self, EngineError> {
        let network = loader.network("mrz-reader", mrz::NETWORK.to_vec())?;
        Ok(Self {
            reader: ZoneReader::new(network),
        })
    }

    /// Reads the machine-readable zone of a photo.
    pub fn read(&self, photo: &Photo) -> Result<Option<MrzRead>, EngineError> {
        Ok(mrz::read_mrz(&self.reader, &photo.pixels)?)
    }
}
