//! Files that are written as a whole: either the new text is there afterwards, or the old file is untouched.

use std::{fs, io::Write, path::Path};

use super::{WorkspaceError, parent};

/// Writes a file, all of it or nothing. A file that was there keeps its permissions, and a link stays a link.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WorkspaceError> {
    let refuse = |error: &std::io::Error| WorkspaceError::write(path, error);
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(refuse(&error)),
    };
    let mut builder = tempfile::Builder::new();
    // Readable as any file in git, within what the user's umask allows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.prefix(".syncc-").tempfile_in(parent(&target)).map_err(|error| refuse(&error))?;
    file.write_all(bytes).map_err(|error| refuse(&error))?;
    if let Ok(known) = fs::metadata(&target) {
        file.as_file().set_permissions(known.permissions()).map_err(|error| refuse(&error))?;
    }
    file.as_file().sync_all().map_err(|error| refuse(&error))?;
    file.persist(&target).map_err(|error| refuse(&error.error))?;
    Ok(())
}
