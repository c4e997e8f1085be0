//! An editor without a screen: it runs in a harness, computes with the bundled generator, and its frames become pictures.

#![allow(dead_code, reason = "each test program needs a part of this")]

mod raster;

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dragfx_editor::{Editor, Services, Setup, starter};
use dragfx_engine::Latent;
use dragfx_graph::document::Document;
use dragfx_graph::eval::Evaluator;
use dragfx_graph::models::{ModelRef, ModelStore, Supplied};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::Image;
use dragfx_runtime::{Device, SessionOptions};
use eframe::egui::Vec2;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use image::RgbaImage;
use tempfile::TempDir;

pub(crate) use raster::Raster;

/// The window's size in points: what the program opens with.
pub(crate) const SIZE: Vec2 = Vec2::new(1360.0, 860.0);
/// A test does not wait for ever for what is computed.
const PATIENCE: Duration = Duration::from_secs(120);
/// Most frames in which a window without work comes to rest.
const MOST_FRAMES: usize = 200;

/// An editor and what it was set up with. It is a [`Harness`]: tests find widgets by their labels, and press keys.
pub(crate) struct Window {
    harness: Harness<'static, Editor>,
    /// What the editor had written by the [services](Services) of its program.
    pub(crate) services: Arc<Written>,
    /// Folders that last as long as the window.
    folders: Option<TempDir>,
}

/// A window with the document that people see first, and its generator.
pub(crate) fn first_window() -> Window {
    Setting::default().open()
}

/// A window with `document`, which needs no model.
pub(crate) fn window(document: Document) -> Window {
    Setting { document: Some(document), ..Setting::default() }.open()
}

/// How a window is opened.
#[derive(Default)]
pub(crate) struct Setting {
    /// The document; without one, that which people see first.
    pub(crate) document: Option<Document>,
    /// What to open in its place.
    pub(crate) file: Option<PathBuf>,
    /// Where the editor remembers things; without one, in a folder of its own.
    pub(crate) state: Option<PathBuf>,
    /// Where models are imported; without one, in the folder that tests share, which has what others of them imported.
    pub(crate) cache: Option<PathBuf>,
    /// See [`Setup::safe_mode`].
    pub(crate) safe_mode: bool,
    /// Pixels of a point; 1 without.
    pub(crate) scale: Option<f32>,
}

impl Setting {
    /// Opens the window and draws until nothing is going on.
    pub(crate) fn open(self) -> Window {
        let folders = tempfile::tempdir().expect("a temporary folder");
        let registry = Registry::standard();
        let starter = self.document.unwrap_or_else(|| starter(&registry, bundled()));
        let services = Arc::new(Written::default());
        let setup = Setup {
            registry,
            effects: Box::new(Registry::standard),
            evaluator: Arc::new(Evaluator::new(Arc::new(models(self.cache)))),
            starter,
            file: self.file,
            state: Some(self.state.unwrap_or_else(|| folders.path().join("state"))),
            safe_mode: self.safe_mode,
            services: services.clone(),
        };
        let builder = Harness::builder().with_size(SIZE).with_pixels_per_point(self.scale.unwrap_or(1.0));
        let harness = builder.renderer(Raster::default()).build_eframe(|_| Editor::new(setup));
        let mut window = Window { harness, services, folders: Some(folders) };
        window.settle();
        window
    }
}

/// How unlike its reference a picture may be.
#[derive(Clone, Copy)]
pub(crate) struct Tolerance {
    /// From where on a pixel is another one: the squared distance of two colours, mostly of their brightness. 0.5 is one level
    /// of 255, 50 are ten, 1000 are 45.
    pub(crate) difference: f32,
    /// How many pixels may be others.
    pub(crate) pixels: usize,
}

impl Window {
    /// Draws until nothing is computed any more and nothing moves.
    #[track_caller]
    pub(crate) fn settle(&mut self) {
        self.wait_for("the window to come to rest", |window| !window.harness.state().is_busy());
        for _ in 0..MOST_FRAMES {
            if self.harness.try_run().is_ok() && !self.harness.state().is_busy() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the window is never at rest: {:?}", self.harness.ctx.repaint_causes());
    }

    /// Draws until something is the case.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if is_so(self) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "still waiting for {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the screen shows.
    #[track_caller]
    pub(crate) fn picture(&mut self) -> RgbaImage {
        self.harness.render().expect("a picture of the window")
    }

    /// Writes what the screen shows to a file, for people.
    #[track_caller]
    pub(crate) fn save(&mut self, path: impl AsRef<Path>) {
        self.picture().save(path).expect("the picture is written");
    }

    /// Compares what the screen shows with `tests/snapshots/NAME.png`. Results are heard by whoever keeps them;
    /// `UPDATE_SNAPSHOTS=1` writes the picture.
    #[track_caller]
    pub(crate) fn compare(&mut self, name: &str, tolerance: Tolerance) -> SnapshotResults {
        let Tolerance { difference, pixels } = tolerance;
        let options = SnapshotOptions::new().threshold(difference).failed_pixel_count_threshold(pixels);
        self.harness.snapshot_options(name, &options);
        self.harness.take_snapshot_results()
    }

    /// A folder for the test's files.
    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.folders.as_ref().expect("the folders last as long as the window").path().join("files");
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }
}

impl Deref for Window {
    type Target = Harness<'static, Editor>;

    fn deref(&self) -> &Self::Target {
        &self.harness
    }
}

impl DerefMut for Window {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.harness
    }
}

/// How documents name the bundled generator.
pub(crate) fn bundled() -> ModelRef {
    ModelRef { file: dragfx_bundled::FILE.to_owned(), blake3: Some(dragfx_bundled::BLAKE3.to_owned()), path: None }
}

/// The models of tests: imported once for all of them unless a folder is named, computed on the CPU.
fn models(cache: Option<PathBuf>) -> ModelStore {
    let target = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-cache");
    let cache = cache.unwrap_or_else(|| std::env::var_os("DRAGFX_CACHE_DIR").map_or_else(target, PathBuf::from));
    let place = |cache: &Path| dragfx_bundled::place(&cache.join("bundled"));
    let supplied = Supplied { blake3: dragfx_bundled::BLAKE3, place };
    ModelStore::new(cache, Vec::new(), SessionOptions::on(Device::Cpu)).with(supplied)
}

/// A program's services that note what they are asked to write.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// File, number of pictures, and their rate.
    pub(crate) films: Mutex<Vec<(PathBuf, usize, f64)>>,
    /// Files of latents.
    pub(crate) latents: Mutex<Vec<PathBuf>>,
}

impl Services for Written {
    fn film_formats(&self) -> &[&str] {
        &["gif", "webp"]
    }

    fn film(
        &self,
        path: &Path,
        pictures: &mut dyn ExactSizeIterator<Item = Result<Arc<Image>, String>>,
        rate: f64,
    ) -> Result<(), String> {
        let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
        self.films.lock().expect("no test panics here").push((path.to_owned(), pictures.len(), rate));
        Ok(())
    }

    fn latent_formats(&self) -> &[&str] {
        &["npy", "npz", "safetensors"]
    }

    fn latent(&self, path: &Path, _latent: &Latent) -> Result<(), String> {
        self.latents.lock().expect("no test panics here").push(path.to_owned());
        Ok(())
    }
}
