//! What is computed, in the background: pictures of what is looked at, thumbnails, drags, and what nodes are at.
//!
//! The thread that draws tells [`Compute::look`] each frame what it would like to see, and shows what is known by then.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

use dragfx_engine::{Cancel, ImagePoint, PointPair};
use dragfx_graph::document::{Document, NodeId};
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::ModelStore;
use dragfx_graph::value::{Image, Trajectory, Transfer, Value};
use eframe::egui::{self, ColorImage};

use crate::desk::{Desk, View};
use crate::session::Session;

/// Computes in the background.
pub(crate) struct Compute {
    context: Arc<OnceLock<egui::Context>>,
    models: Arc<ModelStore>,
    requests: Sender<Request>,
    answers: Receiver<(View, Result<Value, String>)>,
    shown: HashMap<View, Arc<Shown>>,
    asked: Option<(u64, Option<View>, i64)>,
    cancel: Cancel,
    next: u64,
    waiting: usize,
}

/// A picture or a mask that is there to be shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// What was computed: an image or a mask.
    pub(crate) value: Value,
    /// Its pixels for the screen, sRGB.
    pub(crate) pixels: Arc<ColorImage>,
    /// Another number for other pixels.
    pub(crate) serial: u64,
}

/// What a node is at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum NodeState {
    /// Nobody has looked yet, or it gives nothing.
    #[default]
    Unknown,
    /// Its result is there.
    Cached,
    /// Its result has to be computed.
    Stale,
    /// It waits for somebody to start the drag, or for a node that does.
    Waiting,
    /// It is being computed: the part that is done, and what is going on.
    Computing { done: f64, what: String },
    /// It cannot be computed.
    Failed(String),
}

/// A drag, as it runs and as it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct DragState {
    /// The way of the drag as the document has it now, if it was dragged to its end.
    pub(crate) trajectory: Option<Arc<Trajectory>>,
    /// What the drag that runs has done so far.
    pub(crate) live: Option<Arc<Live>>,
}

/// A drag that runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    /// Steps taken.
    pub(crate) step: usize,
    /// Where the points are.
    pub(crate) points: Vec<PointPair>,
    /// Where each handle was, step by step.
    pub(crate) paths: Vec<Vec<ImagePoint>>,
    /// The loss of each step.
    pub(crate) losses: Vec<f64>,
    /// Milliseconds of a step: the median of the last ones.
    pub(crate) step_ms: f64,
    /// The longest distance that is left, pixels.
    pub(crate) left: f64,
}

struct Request {
    document: Document,
    folder: PathBuf,
    view: View,
    frame: f64,
    cancel: Cancel,
}

impl Compute {
    /// Computes with `evaluator`.
    pub(crate) fn new(evaluator: Arc<Evaluator>) -> Self {
        let context: Arc<OnceLock<egui::Context>> = Arc::default();
        let (requests, inbox) = channel::<Request>();
        let (sender, answers) = channel();
        let wake = Arc::clone(&context);
        let models = Arc::clone(evaluator.models());
        std::thread::spawn(move || {
            for Request { document, folder, view, frame, cancel } in inbox {
                let target = Target { node: view.node, output: view.output.clone(), frame };
                let value = evaluator.evaluate(&document, &folder, &target, &cancel).map_err(|error| error.to_string());
                let _ = sender.send((view, value));
                if let Some(context) = wake.get() {
                    context.request_repaint();
                }
            }
        });
        let (shown, cancel) = (HashMap::new(), Cancel::new());
        Self { context, models, requests, answers, shown, asked: None, cancel, next: 0, waiting: 0 }
    }

    /// The models.
    pub(crate) fn models(&self) -> &Arc<ModelStore> {
        &self.models
    }

    /// Says what is looked at now, and takes in what has been computed since. Called once a frame.
    pub(crate) fn look(&mut self, context: &egui::Context, session: &Session, desk: &Desk) {
        self.context.get_or_init(|| context.clone());
        while let Ok((view, value)) = self.answers.try_recv() {
            self.waiting -= 1;
            if let Ok(value) = value
                && let Some(pixels) = pixels(&value)
            {
                self.next += 1;
                self.shown.insert(view, Arc::new(Shown { value, pixels: Arc::new(pixels), serial: self.next }));
            }
        }
        let shown = desk.shown().filter(|_| desk.safe.is_none()).cloned();
        let asked = (session.revision(), shown.clone(), desk.frame);
        if self.asked.as_ref() == Some(&asked) {
            return;
        }
        self.cancel.cancel();
        self.cancel = Cancel::new();
        if let Some(view) = shown {
            let (document, folder) = (session.document().clone(), session.folder());
            let (frame, cancel) = (desk.frame as f64, self.cancel.clone());
            let _ = self.requests.send(Request { document, folder, view, frame, cancel });
            self.waiting += 1;
        }
        self.asked = Some(asked);
    }

    /// The last picture of an output, which may be one of an older document.
    pub(crate) fn shown(&self, view: &View) -> Option<&Arc<Shown>> {
        self.shown.get(view)
    }

    /// The same, small, for the graph.
    pub(crate) fn thumbnail(&self, _node: NodeId) -> Option<&Arc<Shown>> {
        None
    }

    /// What a node is at.
    pub(crate) fn state(&self, _node: NodeId) -> NodeState {
        NodeState::Unknown
    }

    /// What a Drag node's drag is at.
    pub(crate) fn drag(&self, _node: NodeId) -> DragState {
        DragState::default()
    }

    /// Starts the drags that `view` needs.
    pub(crate) fn start(&mut self, _session: &Session, _view: &View, _frame: i64) {}

    /// Stops the drags that run, within a step.
    pub(crate) fn stop(&mut self) {}

    /// Whether anything is being computed.
    pub(crate) fn is_busy(&self) -> bool {
        self.waiting > 0
    }

    /// Whether a drag runs.
    pub(crate) fn is_dragging(&self) -> bool {
        false
    }
}

/// What the screen shows of an image or a mask.
fn pixels(value: &Value) -> Option<ColorImage> {
    match value {
        Value::Image(image) => Some(color_image(image)),
        Value::Mask(mask) => {
            let (height, width) = mask.size();
            let gray: Vec<u8> = mask.weights().iter().map(|&weight| byte(weight)).collect();
            Some(ColorImage::from_gray([width, height], &gray))
        }
        _ => None,
    }
}

fn color_image(image: &Image) -> ColorImage {
    let image = image.clone().encoded(Transfer::Srgb);
    let (height, width) = image.size();
    let bytes: Vec<u8> = image.pixels().iter().map(|&value| byte(value)).collect();
    ColorImage::from_rgba_unmultiplied([width, height], &bytes)
}

fn byte(value: f32) -> u8 {
    (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}
