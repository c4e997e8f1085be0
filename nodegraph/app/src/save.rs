//! Files are written beside their place and moved there whole.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

/// Writes a file: it is there whole, or as it was.
pub(crate) fn file(path: &Path, write: impl FnOnce(&mut BufWriter<&File>) -> Result<()>) -> Result<()> {
    let save = || -> Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let draft = tempfile::Builder::new().prefix(".saving-").permissions_of_a_file().tempfile_in(folder)?;
        let mut writer = BufWriter::new(draft.as_file());
        write(&mut writer)?;
        writer.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        draft.persist(path)?;
        Ok(())
    };
    save().with_context(|| format!("can't write {}", path.display()))
}

/// Temporary files are for their owner alone; a saved picture is an ordinary file.
trait OrdinaryFile {
    fn permissions_of_a_file(&mut self) -> &mut Self;
}

impl OrdinaryFile for tempfile::Builder<'_, '_> {
    fn permissions_of_a_file(&mut self) -> &mut Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The process's mask is applied to this.
            self.permissions(std::fs::Permissions::from_mode(0o666));
        }
        self
    }
}
