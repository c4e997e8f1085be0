//! Files: opening, saving, recovering.
