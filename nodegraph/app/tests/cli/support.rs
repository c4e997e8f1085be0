//! A folder to work in, the program run there, and readers of what it writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use image::{DynamicImage, GrayImage, RgbImage};
use ndarray::{Array2, ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadNpyExt, ReadableElement};
use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own for each test: the commands run in `out`, so their outputs are plain names, and the cache is
/// beside it.
pub(crate) struct Desk {
    folder: TempDir,
}

/// A run that has ended.
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("out")).expect("a folder");
        Self { folder }
    }

    /// Where a file of that name is that a command writes or reads.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    /// The folder of imported models.
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// The program with the words of `line`, not started. A word that begins with `@` is a fixture.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dragfx"));
        command.current_dir(self.path("")).env("DRAGFX_CACHE_DIR", self.cache()).env_remove("ORT_LOG");
        // What is installed on the machine is nobody's business here.
        command.env_remove("OFX_PLUGIN_PATH");
        for word in line.split_whitespace() {
            match word.strip_prefix('@') {
                Some(fixture) => command.arg(dragfx_tests::fixtures().join(fixture)),
                None => command.arg(word),
            };
        }
        // The fixtures are the CPU's numbers; a GPU rounds otherwise.
        if ["generate", "latent", "drag", "render"].iter().any(|name| line.starts_with(name))
            && !line.contains("--device")
        {
            command.args(["--device", "cpu"]);
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        Run::of(&mut self.command(line))
    }

    /// Runs what must succeed; gives what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        let run = self.run(line);
        assert!(run.status.success(), "{line}: {}: {}", run.status, run.stderr);
        run.stdout
    }

    /// Runs what must end with `code` and an error that holds all of `words`, and must leave no file behind.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, line: &str, words: &[&str]) {
        let before = self.files();
        let run = self.run(line);
        assert_eq!(run.status.code(), Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains("error: "), "{line}: {}", run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{line}: nothing about {word:?} in: {}", run.stderr);
        }
        assert_eq!(run.stdout, "", "{line}");
        assert_eq!(self.files(), before, "{line} left something behind");
    }

    /// Everything in the folder where commands write.
    pub(crate) fn files(&self) -> BTreeSet<PathBuf> {
        tree(&self.path(""))
    }

    pub(crate) fn json(&self, line: &str) -> Value {
        let text = self.ok(line);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error} in: {text}"))
    }

    pub(crate) fn npy(&self, name: &str) -> ArrayD<f32> {
        let file = std::fs::File::open(self.path(name)).expect("the array was written");
        ArrayD::read_npy(file).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn npz(&self, name: &str) -> Npz {
        let file = std::fs::File::open(self.path(name)).expect("the archive was written");
        Npz(NpzReader::new(file).expect("an npz file"))
    }

    pub(crate) fn picture(&self, name: &str) -> RgbImage {
        let image = image::ImageReader::open(self.path(name)).expect("the picture was written");
        match image.decode().expect("a picture") {
            DynamicImage::ImageRgb8(image) => image,
            other => panic!("{name} has {:?}", other.color()),
        }
    }

    /// Writes a mask: white where `fixed` is 0.
    pub(crate) fn write_mask(&self, name: &str, fixed: &Array2<f32>) {
        let (height, width) = fixed.dim();
        let bytes = fixed.iter().map(|&fixed| if fixed == 0.0 { 255 } else { 0 }).collect();
        let image = GrayImage::from_raw(width as u32, height as u32, bytes).expect("a byte for each pixel");
        image.save(self.path(name)).expect("the mask is written");
    }
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        Self { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// An archive that a command wrote.
pub(crate) struct Npz(NpzReader<std::fs::File>);

impl Npz {
    pub(crate) fn names(&mut self) -> BTreeSet<String> {
        let names = self.0.names().expect("the archive has a directory");
        names.iter().map(|name| name.trim_end_matches(".npy").to_owned()).collect()
    }

    pub(crate) fn array<T: ReadableElement>(&mut self, name: &str) -> ArrayD<T> {
        let array = self.0.by_name::<OwnedRepr<T>, IxDyn>(name);
        array.unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// All files and folders below `folder`, relative to it.
pub(crate) fn tree(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        for entry in std::fs::read_dir(folder.join(&inner)).into_iter().flatten() {
            let entry = entry.expect("a folder entry");
            let path = inner.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path.clone());
            }
            found.insert(path);
        }
    }
    found
}

/// The mean difference of two pictures' bytes, 0 to 255.
pub(crate) fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let apart = a.as_raw().iter().zip(b.as_raw()).map(|(&a, &b)| f64::from(a.abs_diff(b)));
    apart.sum::<f64>() / a.as_raw().len() as f64
}
