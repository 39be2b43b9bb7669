//! Draws fictitious SPECIMEN documents with truth beside them, and degrades them at known strength.
