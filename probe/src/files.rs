//! Commands about files, and the one description of a file all of them share.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::args::{Failure, Outcome, about, failed, put, put_json, unescape};
use crate::streams::pump;

/// `wait-file PATH`: waits until something has this path.
pub fn wait_file(args: &[String]) -> Outcome {
    let [path] = args else {
        return Err(Failure::Usage);
    };
    while fs::symlink_metadata(path).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(0)
}

/// `write-file PATH TEXT [MODE_OCTAL]`: makes the file hold just this text
/// (escapes interpreted); a mode is set whatever the umask is.
pub fn write_file(args: &[String]) -> Outcome {
    let (path, text, mode) = match args {
        [path, text] => (path, text, None),
        [path, text, mode] => {
            let mode = u32::from_str_radix(mode, 8)
                .ok()
                .filter(|mode| *mode <= 0o7777)
                .ok_or_else(|| failed(format!("`{mode}` is not an octal mode")))?;
            (path, text, Some(mode))
        }
        _ => return Err(Failure::Usage),
    };
    fs::write(path, unescape(text)).map_err(about(path))?;
    if let Some(mode) = mode {
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(about(path))?;
    }
    Ok(0)
}

/// `append-file PATH TEXT`: adds the text (escapes interpreted) to the file's end.
pub fn append_file(args: &[String]) -> Outcome {
    let [path, text] = args else {
        return Err(Failure::Usage);
    };
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(&unescape(text)))
        .map_err(about(path))?;
    Ok(0)
}

/// `read-file PATH`: prints what the file holds.
pub fn read_file(args: &[String]) -> Outcome {
    let [path] = args else {
        return Err(Failure::Usage);
    };
    pump(File::open(path).map_err(about(path))?, path, put)?;
    Ok(0)
}

/// `mkdir PATH`: makes a directory and those above it; one that is there is fine.
pub fn mkdir(args: &[String]) -> Outcome {
    let [path] = args else {
        return Err(Failure::Usage);
    };
    fs::create_dir_all(path).map_err(about(path))?;
    Ok(0)
}

/// `remove PATH`: removes a file, a link, or a directory with all in it.
pub fn remove(args: &[String]) -> Outcome {
    let [path] = args else {
        return Err(Failure::Usage);
    };
    fs::symlink_metadata(path)
        .and_then(|metadata| if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) })
        .map_err(about(path))?;
    Ok(0)
}

/// `symlink TARGET PATH`: makes PATH a link to TARGET.
pub fn symlink(args: &[String]) -> Outcome {
    let [target, path] = args else {
        return Err(Failure::Usage);
    };
    std::os::unix::fs::symlink(target, path).map_err(about(path))?;
    Ok(0)
}

/// `stat PATH`: describes what has this path, see [`describe`].
pub fn stat(args: &[String]) -> Outcome {
    let [path] = args else {
        return Err(Failure::Usage);
    };
    let metadata = fs::symlink_metadata(path).map_err(about(path))?;
    put_json(&describe(Path::new(path), &metadata))?;
    Ok(0)
}

/// `{path, type, mode, uid, gid, size, link}` of a file, not following a link.
/// Size is null for anything but regular files, because it then says more about
/// the file system than about the file; link is null for anything but links.
pub fn describe(path: &Path, metadata: &Metadata) -> Value {
    let link = fs::read_link(path).ok();
    json!({
        "path": path.to_string_lossy(),
        "type": kind(metadata),
        "mode": mode(metadata),
        "uid": metadata.uid(),
        "gid": metadata.gid(),
        "size": metadata.is_file().then_some(metadata.len()),
        "link": link.map(|target| target.to_string_lossy().into_owned()),
    })
}

/// The permission bits as four octal digits.
pub fn mode(metadata: &Metadata) -> String {
    format!("{:04o}", metadata.mode() & 0o7777)
}

/// What a file is, in one word.
pub fn kind(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "directory"
    } else if kind.is_symlink() {
        "link"
    } else if kind.is_char_device() {
        "character"
    } else if kind.is_block_device() {
        "block"
    } else if kind.is_fifo() {
        "fifo"
    } else if kind.is_socket() {
        "socket"
    } else {
        "unknown"
    }
}
