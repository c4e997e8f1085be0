//! Pictures of clips in graphs: a Read node whose file is `clip:NAME` gives the host's picture of that clip at its frame.
//!
//! A graph is computed on threads that must not call the host. So it is planned first, which tells what it wants; that is
//! fetched on the host's thread and put here; and the plan after that knows each picture by the hash of its content. By
//! that results are shared between frames and instances.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dragfx_graph::declare::NodeDecl;
use dragfx_graph::error::NodeError;
use dragfx_graph::operator::{Job, Operator, Params, Query, Reads};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, Transfer, Value};
use serde_json::{Map, Value as Json};

use crate::failure::Failure;

/// What the file of a Read node begins with that reads a clip.
const PREFIX: &str = "clip:";

/// Most bytes of pictures that one graph may want of clips at once: they are all needed before it can be computed.
const MOST_BYTES: usize = 4 << 30;

/// The file of a Read node that reads a clip.
#[must_use]
pub fn file(clip: &str) -> String {
    format!("{PREFIX}{clip}")
}

/// The pictures of clips that one graph reads. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Clips(Arc<Mutex<State>>);

/// A clip and a frame, by its bits.
type Key = (String, u64);

#[derive(Debug, Default)]
struct State {
    pictures: BTreeMap<Key, Option<Picture>>,
    wanted: Vec<(String, f64)>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Picture {
    hash: String,
    image: Arc<Image>,
}

impl Clips {
    /// No pictures yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All nodes, with a Read that reads these clips, too. Documents are made with it.
    #[must_use]
    pub fn registry(&self) -> Registry {
        let registry = Registry::standard();
        let read = registry.get("read").cloned().expect("there is a node that reads");
        registry.with(Arc::new(ClipRead { read, clips: self.clone() }))
    }

    /// The clips and frames that plans wanted and that were not there, in the order in which they were asked for. They are
    /// forgotten here.
    #[must_use]
    pub fn wanted(&self) -> Vec<(String, f64)> {
        std::mem::take(&mut self.state().wanted)
    }

    /// Puts a picture there, or that there is none.
    ///
    /// # Errors
    /// There are too many of them.
    pub fn put(&self, clip: &str, frame: f64, image: Option<Arc<Image>>) -> Result<(), Failure> {
        let picture = image.map(|image| Picture { hash: hash(&image), image });
        let mut state = self.state();
        state.bytes += picture.as_ref().map_or(0, |picture| picture.image.pixels().len() * size_of::<f32>());
        if state.bytes > MOST_BYTES {
            let most = MOST_BYTES >> 30;
            let message =
                format!("the graph needs more than {most} GiB of pictures of the clip `{clip}` for one frame");
            return Err(Failure::User(message));
        }
        state.pictures.insert((clip.to_owned(), frame.to_bits()), picture);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The picture, or that there is none; `None` where nobody knows yet, which is noted.
    fn look(&self, clip: &str, frame: f64) -> Option<Option<Picture>> {
        let mut state = self.state();
        let known = state.pictures.get(&(clip.to_owned(), frame.to_bits())).cloned();
        if known.is_none() && !state.wanted.iter().any(|(name, at)| name == clip && at.to_bits() == frame.to_bits()) {
            state.wanted.push((clip.to_owned(), frame));
        }
        known
    }
}

/// The hash of a picture's size, encoding and pixels.
fn hash(image: &Image) -> String {
    let mut hasher = blake3::Hasher::new();
    let (height, width) = image.size();
    let linear = image.transfer() == Transfer::Linear;
    for number in [height as u64, width as u64, u64::from(linear)] {
        hasher.update(&number.to_le_bytes());
    }
    let mut bytes = Vec::with_capacity(width * 16);
    for row in image.pixels().outer_iter() {
        bytes.clear();
        bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
        hasher.update(&bytes);
    }
    hasher.finalize().to_hex().to_string()
}

/// Read, of files and of clips.
struct ClipRead {
    read: Arc<dyn Operator>,
    clips: Clips,
}

impl ClipRead {
    /// The clip and the frame of it that the node reads, if it reads a clip.
    fn place(params: &Params, frame: f64) -> Option<(&str, f64)> {
        let clip = params.text("file").strip_prefix(PREFIX)?;
        Some((clip, frame + params.int("frame_offset") as f64))
    }
}

impl Operator for ClipRead {
    fn decl(&self) -> &NodeDecl {
        self.read.decl()
    }

    fn reads(&self, output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let Some((clip, frame)) = Self::place(query.params, query.frame) else { return self.read.reads(output, query) };
        match self.clips.look(clip, frame) {
            Some(Some(picture)) => Ok(Reads::default().outside(picture.hash)),
            Some(None) => Err(nothing(clip)),
            // This plan is made to find out what is wanted; it does not run.
            None => Ok(Reads::default().outside(format!("{clip} at {frame}"))),
        }
    }

    fn evaluate(&self, output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let Some((clip, frame)) = Self::place(job.params(), job.frame()) else {
            return self.read.evaluate(output, job);
        };
        let picture = self.clips.look(clip, frame).flatten().ok_or_else(|| nothing(clip))?;
        Ok(Value::Image(picture.image))
    }

    fn migrate(&self, from: u32, params: &mut Map<String, Json>) -> Result<(), String> {
        self.read.migrate(from, params)
    }
}

fn nothing(clip: &str) -> NodeError {
    NodeError::Param { param: "file", reason: format!("there is no picture: connect something to the clip `{clip}`") }
}

#[cfg(test)]
mod tests {
    use dragfx_engine::Cancel;
    use dragfx_graph::eval::{Evaluator, Event, Target};
    use dragfx_graph::models::ModelStore;
    use dragfx_graph::preset;
    use dragfx_runtime::SessionOptions;
    use ndarray::Array3;

    use super::*;

    const GRAPH: &str = r#"{ "dragfx": 1, "nodes": [
        { "id": 1, "name": "plate", "type": "read", "version": 1, "params": { "file": "clip:Source", "frame_offset": -1 } },
        { "id": 2, "name": "half", "type": "transform", "version": 1, "params": { "scale": 0.5 } }
    ], "wires": [{ "from": "plate.image", "to": "half.image" }] }"#;

    fn grey(value: f32) -> Arc<Image> {
        Arc::new(Image::new(Array3::from_elem((4, 6, 4), value), Transfer::Srgb))
    }

    /// What comes of the graph at frame 8, and which clips and frames it wanted.
    fn run(evaluator: &Evaluator, image: Option<Arc<Image>>) -> (Result<Value, String>, Vec<(String, f64)>) {
        let clips = Clips::new();
        let document = preset::from_text(GRAPH, &clips.registry()).expect("a preset");
        let node = document.by_name("half").expect("a node").id;
        let target = [Target { node, output: "image".to_owned(), frame: 8.0 }];
        let folder = std::path::Path::new(".");
        let _ = evaluator.plan(&document, folder, &target);
        let wanted = clips.wanted();
        for (clip, frame) in &wanted {
            clips.put(clip, *frame, image.clone()).expect("room for it");
        }
        let plan = evaluator.plan(&document, folder, &target);
        let value = evaluator.run(&plan, &|_: &Event<'_>| (), &Cancel::new()).swap_remove(0);
        (value.map_err(|error| error.to_string()), wanted)
    }

    #[test]
    fn a_read_node_gives_the_picture_of_a_clip() {
        let models = ModelStore::new("nowhere".into(), Vec::new(), SessionOptions::default());
        let evaluator = Evaluator::new(Arc::new(models));
        for value in [0.25, 0.75, 0.25] {
            let (found, wanted) = run(&evaluator, Some(grey(value)));
            assert_eq!(wanted, [("Source".to_owned(), 7.0)]);
            let Ok(Value::Image(image)) = found else { panic!("{found:?}") };
            assert_eq!(image.size(), (2, 3));
            assert!(
                image.pixels().iter().all(|found| (found - value).abs() < 1e-6),
                "another picture's result is not taken"
            );
        }
        let (missing, _) = run(&evaluator, None);
        let error = missing.expect_err("nothing is connected");
        assert!(error.contains("connect something to the clip `Source`"), "{error}");
    }

    #[test]
    fn pictures_are_known_by_all_that_they_are() {
        let image = grey(0.5);
        let tall = Arc::new(Image::new(Array3::from_elem((6, 4, 4), 0.5), Transfer::Srgb));
        let linear = Arc::new(Image::new(Array3::from_elem((4, 6, 4), 0.5), Transfer::Linear));
        let hashes: std::collections::BTreeSet<_> =
            [&image, &tall, &linear, &grey(0.25)].map(|image| hash(image)).into();
        assert_eq!(hashes.len(), 4);
        assert_eq!(hash(&image), hash(&grey(0.5)));
    }
}
