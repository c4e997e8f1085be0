//! The thread that looks: pictures of what is shown, what nodes are at, thumbnails; the newest wish, in this order.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dragfx_engine::Cancel;
use dragfx_graph::document::{Document, NodeId};
use dragfx_graph::error::EvalError;
use dragfx_graph::eval::{Evaluator, Event, Fingerprint, Happening, Plan, Target};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{PortType, Value};
use eframe::egui::ColorImage;

use super::board::{Board, Busy, Finding, Running};
use super::pixels::{pixels, thumbnail};
use super::preview::Preview;
use super::standing::{Standing, missing, waiting};
use super::threads::{Found, lock};
use super::{Shown, told};
use crate::desk::View;

/// What somebody would like to see.
pub(super) struct Wish {
    /// Its number; see [`Board::number`].
    pub(super) number: u64,
    pub(super) document: Arc<Document>,
    pub(super) folder: PathBuf,
    pub(super) registry: Arc<Registry>,
    pub(super) frame: f64,
    /// Outputs to be shown, what is looked at first.
    pub(super) views: Vec<View>,
    /// Outputs to be shown as they were without any drag.
    pub(super) befores: Vec<View>,
    /// Nodes to be shown small.
    pub(super) thumbnails: Vec<NodeId>,
    /// A drag that was stopped, and has nothing left to be done but to look where its handles are.
    pub(super) stopped: Option<NodeId>,
    /// What is there already.
    pub(super) there: There,
    pub(super) cancel: Cancel,
}

/// What is shown already, by the results that it shows.
#[derive(Clone, Default)]
pub(super) struct There {
    pub(super) views: HashMap<View, Fingerprint>,
    pub(super) befores: HashMap<View, Fingerprint>,
    pub(super) thumbnails: HashMap<NodeId, Fingerprint>,
}

/// Looks.
pub(super) struct Looker {
    board: Arc<Board>,
    evaluator: Arc<Evaluator>,
    /// For pictures of drags on their way, which are seen once.
    aside: Evaluator,
    wish: Option<Wish>,
    /// Failures of results that were computed. They fail again, until a model or a file is put where it was missing.
    failures: HashMap<Fingerprint, EvalError>,
}

/// A plan for an output, as far as it can be shown.
struct Sight {
    preview: Option<Preview>,
    plan: Plan,
    fingerprint: Option<Fingerprint>,
    /// Whether a drag on its way is part of it.
    moves: bool,
}

/// Bytes of the results of drags on their way.
const ASIDE: usize = 64 << 20;
/// Failures that are remembered.
const MOST_FAILURES: usize = 10_000;
/// Results that a thumbnail may need: few enough to be computed unasked.
const FEW: usize = 12;

impl Looker {
    pub(super) fn new(board: Arc<Board>, evaluator: Arc<Evaluator>) -> Self {
        let aside = evaluator.aside(ASIDE);
        Self { board, evaluator, aside, wish: None, failures: HashMap::new() }
    }

    /// Looks at what is wished for, or again at what was; says how long to wait before the next step of a drag. A picture
    /// takes longer than a step: half of the time is the drag's.
    pub(super) fn look(&mut self, found: Found<Wish>) -> Duration {
        let start = Instant::now();
        let is_step = self.looked(found);
        if is_step { start.elapsed() } else { Duration::ZERO }
    }

    /// Looks, and says whether it was at a step of a drag.
    fn looked(&mut self, found: Found<Wish>) -> bool {
        let is_new = matches!(found, Found::Letter(_));
        if let Found::Letter(wish) = found {
            self.forget_failures(&wish);
            self.wish = Some(wish);
        }
        // While something panics here there is no wish, so that it does not panic again and again.
        let Some(mut wish) = self.wish.take() else { return false };
        let is_step = !is_new && !self.board.read().running.is_empty();
        if is_new {
            self.drop_unwanted(&wish);
        }
        if !is_step {
            self.stand(&wish);
        }
        let mut has_computed = false;
        for view in wish.views.clone() {
            has_computed |= self.show(&mut wish, &view);
        }
        if !is_step {
            for view in wish.befores.clone() {
                self.show_before(&mut wish, &view);
            }
            for node in wish.thumbnails.clone() {
                has_computed |= self.show_small(&mut wish, node);
            }
            if has_computed {
                self.stand(&wish);
            }
        }
        self.wish = Some(wish);
        is_step
    }

    /// Forgets what has failed where models or relative paths lead elsewhere now.
    fn forget_failures(&mut self, wish: &Wish) {
        let is_same = |old: &Wish| old.folder == wish.folder && old.document.models() == wish.document.models();
        if self.failures.len() > MOST_FAILURES || !self.wish.as_ref().is_some_and(is_same) {
            self.failures.clear();
        }
    }

    /// Ends drags that run and that the document does not have any more. What they have done is kept, should it come back.
    fn drop_unwanted(&self, wish: &Wish) {
        let running = self.board.read().running.clone();
        for (node, Running { fingerprint, frame, cancel, .. }) in running {
            let target = Target { node, output: "trajectory".to_owned(), frame };
            let plan = self.evaluator.plan(&wish.document, &wish.folder, &[target]);
            let is_wanted = plan.fingerprints().next().is_some_and(|wanted| wanted.ok() == Some(fingerprint));
            // One that somebody has stopped is still to be told of.
            if !is_wanted && !cancel.is_cancelled() {
                self.board.write(|content| {
                    if let Some(running) = content.running.get_mut(&node) {
                        running.is_unwanted = true;
                    }
                });
                cancel.cancel();
            }
        }
    }

    fn is_over(&self, wish: &Wish) -> bool {
        self.board.is_overtaken(wish.number) || wish.cancel.is_cancelled()
    }

    fn tell(&self, wish: &Wish, finding: Finding) {
        self.board.write(|content| content.findings.push((wish.number, finding)));
    }

    /// Tells what the nodes are at.
    fn stand(&self, wish: &Wish) {
        if !self.is_over(wish) {
            let standing = Standing::of(&self.evaluator, &wish.document, &wish.folder, wish.frame, &self.failures);
            self.tell(wish, Finding::Standing(standing));
        }
    }

    /// Shows an output; says whether anything was computed for it.
    fn show(&mut self, wish: &mut Wish, view: &View) -> bool {
        if self.is_over(wish) {
            return false;
        }
        let Some(sight) = self.sight(wish, view) else { return false };
        if sight.fingerprint.is_some() && sight.fingerprint == wish.there.views.get(view).copied() {
            return false;
        }
        match self.run(wish, &sight) {
            Ok(value) => {
                if let (Some(shown), Some(fingerprint)) = (shown(value, pixels), sight.fingerprint) {
                    wish.there.views.insert(view.clone(), fingerprint);
                    self.tell(wish, Finding::Shown(view.clone(), fingerprint, shown));
                }
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => {
                let reason = format!("{}: {}", error.node, told::reason(&error));
                self.tell(wish, Finding::Trouble(view.clone(), reason));
            }
        }
        true
    }

    /// Shows an output without any drag.
    fn show_before(&mut self, wish: &mut Wish, view: &View) {
        if self.is_over(wish) {
            return;
        }
        let mut preview = Preview::new((*wish.document).clone());
        let drags = wish.document.nodes().filter(|node| node.type_id() == "drag" && !node.bypass);
        for drag in drags {
            if preview.take_out(drag.id, None, &wish.registry).is_err() {
                return;
            }
        }
        let Some(sight) = self.planned(wish, Some(preview), view) else { return };
        if sight.fingerprint == wish.there.befores.get(view).copied() {
            return;
        }
        if let Ok(value) = self.run(wish, &sight)
            && let (Some(shown), Some(fingerprint)) = (shown(value, pixels), sight.fingerprint)
        {
            wish.there.befores.insert(view.clone(), fingerprint);
            self.tell(wish, Finding::Before(view.clone(), fingerprint, shown));
        }
    }

    /// Shows a node small, if that costs little; says whether anything was computed for it.
    fn show_small(&mut self, wish: &mut Wish, node: NodeId) -> bool {
        let Some(view) = View::of(&wish.document, node).filter(|_| !self.is_over(wish)) else { return false };
        let Some(sight) = self.sight(wish, &view) else { return false };
        let Some(fingerprint) = sight.fingerprint else { return false };
        if wish.there.thumbnails.get(&node) == Some(&fingerprint) {
            return false;
        }
        let survey = self.evaluator.survey(&sight.plan);
        let Some(Ok(place)) = sight.plan.places().next() else { return false };
        let missing = missing(&survey, place);
        let is_cheap = |&place: &usize| {
            survey[place].port_type != PortType::Tracks && survey[place].frame.to_bits() == wish.frame.to_bits()
        };
        if missing.len() > FEW || !missing.iter().all(is_cheap) {
            return false;
        }
        if let Ok(value) = self.run(wish, &sight)
            && let Some(shown) = shown(value, thumbnail)
        {
            wish.there.thumbnails.insert(node, fingerprint);
            self.tell(wish, Finding::Thumbnail(node, fingerprint, shown));
        }
        !missing.is_empty()
    }

    /// What of an output can be shown: drags that are not there are taken out, those that run are shown where they are.
    /// `None` where nothing is left to be shown.
    fn sight(&self, wish: &Wish, view: &View) -> Option<Sight> {
        let running = self.board.read().running.clone();
        let mut preview: Option<Preview> = None;
        let mut moves = false;
        loop {
            let sight = self.planned(wish, preview.take(), view)?;
            let mut waiting = waiting(&self.evaluator, &sight.plan);
            waiting.retain(|needed| Some(needed.node) != wish.stopped);
            if waiting.is_empty() {
                return Some(Sight { moves, ..sight });
            }
            let mut out = sight.preview.unwrap_or_else(|| Preview::new((*wish.document).clone()));
            for needed in waiting {
                let moment = running.get(&needed.node).filter(|running| running.fingerprint == needed.fingerprint);
                let moment = moment.and_then(|running| running.moment.as_ref());
                out.take_out(needed.node, moment, &wish.registry).ok()?;
                moves |= moment.is_some();
            }
            preview = Some(out);
        }
    }

    /// The plan for what stands for an output in a preview.
    fn planned(&self, wish: &Wish, preview: Option<Preview>, view: &View) -> Option<Sight> {
        let (document, place) = match &preview {
            Some(preview) => (preview.document(), preview.instead(view)?),
            None => (&*wish.document, view.clone()),
        };
        let target = Target { node: place.node, output: place.output, frame: wish.frame };
        let plan = self.evaluator.plan(document, &wish.folder, &[target]);
        let fingerprint = plan.fingerprints().next().and_then(Result::ok);
        Some(Sight { preview, plan, fingerprint, moves: false })
    }

    fn run(&mut self, wish: &Wish, sight: &Sight) -> Result<Value, EvalError> {
        let evaluator = if sight.moves { &self.aside } else { &self.evaluator };
        let told = Mutex::new(Vec::new());
        let observer = |event: &Event<'_>| {
            // Nodes that stand for a drag are nothing that people know.
            if wish.document.node(event.node).is_some() {
                self.board.write(|content| Busy::note(&mut content.looking, event));
            }
            match event.what {
                Happening::Failed(error) if !error.is_cancelled() => {
                    lock(&told).push((event.fingerprint, Some(error.clone())));
                }
                Happening::Finished { .. } => lock(&told).push((event.fingerprint, None)),
                _ => {}
            }
        };
        let value = evaluator.run(&sight.plan, &observer, &wish.cancel).swap_remove(0);
        self.board.write(|content| content.looking.clear());
        for (fingerprint, error) in told.into_inner().unwrap_or_else(PoisonError::into_inner) {
            match error {
                Some(error) => drop(self.failures.insert(fingerprint, error)),
                None => drop(self.failures.remove(&fingerprint)),
            }
        }
        value
    }
}

fn shown(value: Value, draw: fn(&Value) -> Option<ColorImage>) -> Option<Arc<Shown>> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let pixels = Arc::new(draw(&value)?);
    Some(Arc::new(Shown { value, pixels, serial: NEXT.fetch_add(1, Ordering::Relaxed) }))
}
