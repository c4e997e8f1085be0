//! Shared helpers of the end-to-end tests: the fixtures, and models made from them.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use dragfx_engine::Generator;
use dragfx_export::pack::import_cached;
use dragfx_runtime::{Device, Model, SessionOptions};
use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadableElement};
use serde::Deserialize;

/// The folder of the reference fixtures.
#[must_use]
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The settings of a fixture case, as its JSON file has them.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// File name of the checkpoint.
    pub checkpoint: String,
    /// Width and height of the image.
    pub resolution: usize,
    /// The block whose output is the features.
    pub feature_index: usize,
    /// Steps of the trajectory.
    pub steps: usize,
    /// Adam's step size.
    pub lr: f64,
    /// Whether w+ is optimised, or w.
    pub w_plus: bool,
    /// Weight of the mask term.
    pub lambda_mask: f64,
    /// Weight of the latent regulariser.
    pub reg: f64,
    /// Truncation psi.
    pub truncation_psi: f64,
    /// Rows of w+ that are truncated; all without it.
    pub truncation_cutoff: Option<usize>,
    /// Seed of z.
    pub z_seed: u32,
    /// Radius of motion supervision for a 512-pixel image.
    pub r1: f64,
    /// Radius of tracking for a 512-pixel image.
    pub r2: f64,
    /// Length of z.
    pub z_dim: usize,
    /// Number of classes.
    pub c_dim: usize,
}

/// A fixture case: settings, and the reference's numbers.
pub struct Case {
    /// Its name.
    pub name: String,
    /// Its settings.
    pub settings: Settings,
    npz: std::cell::RefCell<NpzReader<File>>,
}

impl Case {
    /// All cases.
    ///
    /// # Panics
    /// If a fixture cannot be read.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(fixtures()).expect("the fixtures folder is there");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder entry").path()).collect();
        files.sort();
        files.retain(|path| path.extension().is_some_and(|e| e == "json"));
        files.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read(path).expect("the case's settings are there");
        let settings = serde_json::from_slice(&text).expect("the case's settings are well formed");
        let npz = File::open(path.with_extension("npz")).expect("the case's numbers are there");
        let npz = NpzReader::new(npz).expect("the case's numbers are an npz file").into();
        Self { name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), settings, npz }
    }

    /// An array of the case.
    ///
    /// # Panics
    /// If there is none of that name and element type.
    #[must_use]
    pub fn array<T: ReadableElement>(&self, name: &str) -> ArrayD<T> {
        let array = self.npz.borrow_mut().by_name::<OwnedRepr<T>, IxDyn>(name);
        array.unwrap_or_else(|error| panic!("{}: {name}: {error}", self.name))
    }

    /// Whether the case has an array of that name.
    ///
    /// # Panics
    /// If the file's directory cannot be read.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.npz
            .borrow_mut()
            .names()
            .expect("the npz has a directory")
            .iter()
            .any(|n| n.trim_end_matches(".npy") == name)
    }

    /// The case's model on the CPU.
    #[must_use]
    pub fn model(&self) -> Model {
        model(&fixtures().join(&self.settings.checkpoint))
    }

    /// The case's generator on the CPU.
    ///
    /// # Panics
    /// If it cannot be imported or opened.
    #[must_use]
    pub fn generator(&self) -> Generator {
        let pack = pack(&fixtures().join(&self.settings.checkpoint));
        Generator::open(&pack, &SessionOptions::on(Device::Cpu)).expect("the pack opens")
    }

    /// The truncation psi of each row of w+.
    #[must_use]
    pub fn truncation(&self, num_ws: usize) -> ndarray::Array1<f32> {
        let cutoff = self.settings.truncation_cutoff.unwrap_or(num_ws);
        (0..num_ws).map(|row| if row < cutoff { self.settings.truncation_psi as f32 } else { 1.0 }).collect()
    }
}

/// The model of a checkpoint on the CPU.
///
/// # Panics
/// If it cannot be imported or opened.
#[must_use]
pub fn model(checkpoint: &Path) -> Model {
    Model::open(&pack(checkpoint), &SessionOptions::on(Device::Cpu)).expect("the pack opens")
}

/// The pack of a checkpoint, imported once for all tests.
///
/// # Panics
/// If it cannot be imported.
#[must_use]
pub fn pack(checkpoint: &Path) -> PathBuf {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-packs");
    import_cached(checkpoint, &cache, &mut |_| ()).expect("the checkpoint is imported")
}

/// The largest difference, as a part of the expected values' range.
///
/// # Panics
/// If the shapes differ.
#[must_use]
pub fn range_error(found: &ArrayD<f32>, expected: &ArrayD<f32>) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    let (low, high) = expected.iter().fold((f32::MAX, f32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    let worst = found.iter().zip(expected).map(|(a, b)| f64::from((a - b).abs()));
    // `max` passes over NaN: it would hide one.
    worst.fold(0.0, |worst, error| if error.is_nan() { f64::INFINITY } else { worst.max(error) })
        / f64::from(high - low).max(1e-12)
}

/// The norm of the difference over the norm of what is expected.
#[must_use]
pub fn relative_l2(found: &ArrayD<f32>, expected: &ArrayD<f32>) -> f64 {
    norm(&(found - expected)) / norm(expected).max(1e-30)
}

/// The cosine of the angle between two arrays.
#[must_use]
pub fn cosine(a: &ArrayD<f32>, b: &ArrayD<f32>) -> f64 {
    let dot: f64 = a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    dot / (norm(a) * norm(b)).max(1e-30)
}

fn norm(x: &ArrayD<f32>) -> f64 {
    x.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt()
}

/// Rows of errors by name, printed as a table; a test fails with all rows that exceed their limits.
#[derive(Debug, Default)]
pub struct Table {
    rows: BTreeMap<String, Vec<(String, f64, f64)>>,
}

impl Table {
    /// Notes an error and the limit it must not exceed.
    pub fn note(&mut self, case: &str, what: impl Into<String>, error: f64, limit: f64) {
        self.rows.entry(case.to_owned()).or_default().push((what.into(), error, limit));
    }

    /// Prints the table, and writes it to `target/error-tables/NAME.txt`: what a passing test prints is often hidden.
    ///
    /// # Panics
    /// If it is empty, any row exceeds its limit, or the file cannot be written.
    #[expect(clippy::print_stdout, reason = "the table is what the test shows")]
    pub fn check(&self, name: &str) {
        let mut failed = Vec::new();
        let mut text = format!("{name}\n{:<26} {:<22} {:>12} {:>12}\n", "case", "what", "error", "limit");
        for (case, rows) in &self.rows {
            for (what, error, limit) in rows {
                text += &format!("{case:<26} {what:<22} {error:>12.3e} {limit:>12.1e}\n");
                if error.is_nan() || error > limit {
                    failed.push(format!("{case}: {what}: {error:.3e} > {limit:.1e}"));
                }
            }
        }
        println!("{text}");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/error-tables");
        std::fs::create_dir_all(&folder).expect("the target folder can be written");
        std::fs::write(folder.join(format!("{name}.txt")), text).expect("the target folder can be written");
        assert!(!self.rows.is_empty(), "nothing was compared");
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
}
