//! What is computed, in the background: pictures of what is looked at, thumbnails, drags, and what nodes are at.
//!
//! The thread that draws tells [`Compute::look`] each frame what it would like to see, and shows what is known by then. One
//! thread looks, another one drags, and a third one writes files. A drag is never started by looking: where it was not dragged yet, the picture before
//! it is shown, and while it runs the pictures of its steps, as fast as they can be painted.

mod board;
mod drag;
mod export;
mod look;
mod pixels;
mod preview;
mod standing;
mod state;
#[cfg(test)]
mod tests;
mod threads;
mod told;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dragfx_engine::Cancel;
use dragfx_graph::document::{Document, NodeId};
use dragfx_graph::eval::{Evaluator, Fingerprint};
use dragfx_graph::models::ModelStore;
use eframe::egui;

pub(crate) use self::board::Busy;
use self::board::{Board, Finding};
pub(crate) use self::drag::Live;
pub(crate) use self::export::Export;
use self::look::{Looker, There};
use self::standing::Standing;
pub(crate) use self::state::{DragState, NodeState, Outcome, Shown};
use self::threads::{Found, Mailbox};
use crate::desk::{Desk, View};
use crate::session::Session;

/// Computes in the background.
pub(crate) struct Compute {
    models: Arc<ModelStore>,
    board: Arc<Board>,
    looker: Arc<Mailbox<look::Wish>>,
    dragger: Arc<Mailbox<drag::Wish>>,
    writer: Arc<Mailbox<export::Wish>>,
    /// The document as it was sent last, and its revision.
    document: Option<(u64, Arc<Document>)>,
    asked: Option<Asked>,
    /// The number of the oldest wish whose answers count.
    oldest: u64,
    look: Cancel,
    /// Looks that a newer one has taken the place of, and when they are ended.
    overtaken: Vec<(Cancel, Instant)>,
    drag: Cancel,
    /// A drag that was stopped, and the revision that asks for no more than it has done.
    stopped: Option<(NodeId, u64)>,
    export: Cancel,
    /// What panels have asked for since the last look.
    wanted: RefCell<Wanted>,
    shown: HashMap<View, (Fingerprint, Arc<Shown>)>,
    befores: HashMap<View, (Fingerprint, Arc<Shown>)>,
    thumbnails: HashMap<NodeId, (Fingerprint, Arc<Shown>)>,
    troubles: HashMap<View, String>,
    standing: Standing,
    live: BTreeMap<NodeId, Arc<Live>>,
    busy: BTreeMap<NodeId, Busy>,
    is_dragging: bool,
    outcomes: Vec<Outcome>,
    exporting: Option<Busy>,
    exports: Vec<Result<String, String>>,
}

/// What panels want to see.
#[derive(Default, PartialEq)]
struct Wanted {
    views: Vec<View>,
    befores: Vec<View>,
    thumbnails: BTreeSet<NodeId>,
}

/// What a look was asked for.
#[derive(PartialEq)]
struct Asked {
    /// The number of the document.
    document: u64,
    revision: u64,
    frame: i64,
    wanted: Wanted,
}

/// How long a look may go on that a newer one has overtaken: pictures that come quickly are seen while a slider moves.
const PATIENCE: Duration = Duration::from_millis(200);

impl Compute {
    /// Computes with `evaluator`.
    pub(crate) fn new(evaluator: Arc<Evaluator>) -> Self {
        let models = Arc::clone(evaluator.models());
        let board = Arc::new(Board::default());
        let mut eyes = Looker::new(Arc::clone(&board), Arc::clone(&evaluator));
        let looker = Mailbox::spawn("look", move |found| eyes.look(found));
        let (to, bell, with) = (Arc::clone(&board), Arc::clone(&looker), Arc::clone(&evaluator));
        let dragger = Mailbox::spawn("drag", move |found| {
            if let Found::Letter(wish) = found {
                drag::drag(&to, &bell, &with, &wish);
            }
            Duration::ZERO
        });
        let to = Arc::clone(&board);
        let writer = Mailbox::spawn("write", move |found| {
            if let Found::Letter(wish) = found {
                export::export(&to, &evaluator, &wish);
            }
            Duration::ZERO
        });
        Self {
            models,
            board,
            looker,
            dragger,
            writer,
            document: None,
            asked: None,
            oldest: 0,
            look: Cancel::new(),
            overtaken: Vec::new(),
            drag: Cancel::new(),
            stopped: None,
            export: Cancel::new(),
            wanted: RefCell::default(),
            shown: HashMap::new(),
            befores: HashMap::new(),
            thumbnails: HashMap::new(),
            troubles: HashMap::new(),
            standing: Standing::default(),
            live: BTreeMap::new(),
            busy: BTreeMap::new(),
            is_dragging: false,
            outcomes: Vec::new(),
            exporting: None,
            exports: Vec::new(),
        }
    }

    /// The models.
    pub(crate) fn models(&self) -> &Arc<ModelStore> {
        &self.models
    }

    /// Says what is looked at now, and takes in what has been computed since. Called once a frame.
    pub(crate) fn look(&mut self, context: &egui::Context, session: &Session, desk: &Desk) {
        self.board.wake(context);
        self.take_in();
        let now = Instant::now();
        self.overtaken.retain(|(cancel, end)| {
            let is_over = now >= *end;
            if is_over {
                cancel.cancel();
            }
            !is_over
        });
        // A stranger's graph may read files and take for ever: nothing of it is computed unasked.
        let wanted = self.wanted(desk);
        let wanted = if desk.safe.is_some() { Wanted::default() } else { wanted };
        let asked = Asked { document: session.serial(), revision: session.revision(), frame: desk.frame, wanted };
        if self.asked.as_ref().is_some_and(|old| old.document != asked.document) {
            self.forget();
        }
        if self.asked.as_ref() != Some(&asked) {
            self.wish(session, desk, &asked, now);
            context.request_repaint_after(PATIENCE);
            self.asked = Some(asked);
        }
    }

    /// The last picture of an output, which may be one of an older document.
    pub(crate) fn shown(&self, view: &View) -> Option<&Arc<Shown>> {
        self.shown.get(view).map(|(_, shown)| shown)
    }

    /// The picture of an output that is wanted beside what the desk shows. It is computed once it is asked for, and as long
    /// as it is.
    pub(crate) fn also(&self, view: &View) -> Option<&Arc<Shown>> {
        let wanted = &mut self.wanted.borrow_mut().views;
        if !wanted.contains(view) {
            wanted.push(view.clone());
        }
        self.shown(view)
    }

    /// Why an output that is looked at shows nothing new.
    pub(crate) fn trouble(&self, view: &View) -> Option<&str> {
        self.troubles.get(view).map(String::as_str)
    }

    /// The picture of an output without any drag. It is computed once it is asked for, and as long as it is.
    pub(crate) fn before(&self, view: &View) -> Option<&Arc<Shown>> {
        let wanted = &mut self.wanted.borrow_mut().befores;
        if !wanted.contains(view) {
            wanted.push(view.clone());
        }
        self.befores.get(view).map(|(_, shown)| shown)
    }

    /// What a node shows, small, for the graph. It is computed once it is asked for, and as long as it is.
    pub(crate) fn thumbnail(&self, node: NodeId) -> Option<&Arc<Shown>> {
        self.wanted.borrow_mut().thumbnails.insert(node);
        self.thumbnails.get(&node).map(|(_, shown)| shown)
    }

    /// What a node is at.
    pub(crate) fn state(&self, node: NodeId) -> NodeState {
        match self.busy.get(&node) {
            Some(Busy { done, what }) => NodeState::Computing { done: *done, what: what.clone() },
            None => self.standing.states.get(&node).cloned().unwrap_or_default(),
        }
    }

    /// What a Drag node's drag is at.
    pub(crate) fn drag(&self, node: NodeId) -> DragState {
        let trajectory = self.standing.trajectories.get(&node).cloned();
        DragState { trajectory, live: self.live.get(&node).cloned() }
    }

    /// Whether anything is being computed.
    pub(crate) fn is_busy(&self) -> bool {
        let is_idle = self.looker.is_idle() && self.dragger.is_idle() && self.writer.is_idle();
        !is_idle || !self.board.read().is_told()
    }

    /// Whether what is looked at may not be known as it is now.
    pub(crate) fn is_looking(&self) -> bool {
        !self.looker.is_idle() || !self.board.read().is_told()
    }

    /// Forgets what is shown, and what is still found of it, as another document was opened, whose nodes may have the numbers
    /// of others.
    fn forget(&mut self) {
        self.oldest = self.board.number();
        self.shown.clear();
        self.befores.clear();
        self.thumbnails.clear();
        self.troubles.clear();
        self.standing = Standing::default();
    }

    /// What panels have asked for, what the desk shows first.
    fn wanted(&self, desk: &Desk) -> Wanted {
        let asked = self.wanted.take();
        let compared = desk.compared().map(|(view, _)| view);
        let mut views: Vec<View> = Vec::new();
        for view in desk.shown().into_iter().chain(compared).chain(&asked.views) {
            if !views.contains(view) {
                views.push(view.clone());
            }
        }
        Wanted { views, ..asked }
    }

    /// Takes in what the board says.
    fn take_in(&mut self) {
        let mut content = self.board.read();
        let findings = std::mem::take(&mut content.findings);
        self.outcomes.append(&mut content.outcomes);
        self.exports.append(&mut content.exports);
        self.exporting.clone_from(&content.exporting);
        self.is_dragging = content.is_dragging;
        self.live = content.running.iter().map(|(&node, running)| (node, Arc::clone(&running.live))).collect();
        self.busy = content.looking.clone();
        self.busy.extend(content.dragging.clone());
        drop(content);
        let findings = findings.into_iter().filter(|(number, _)| *number >= self.oldest);
        for (_, finding) in findings {
            match finding {
                Finding::Shown(view, fingerprint, shown) => {
                    self.troubles.remove(&view);
                    self.shown.insert(view, (fingerprint, shown));
                }
                Finding::Trouble(view, reason) => drop(self.troubles.insert(view, reason)),
                Finding::Before(view, fingerprint, shown) => drop(self.befores.insert(view, (fingerprint, shown))),
                Finding::Thumbnail(node, fingerprint, shown) => {
                    self.thumbnails.insert(node, (fingerprint, shown));
                }
                Finding::Standing(standing) => self.standing = standing,
            }
        }
    }

    /// Sends a wish to the thread that looks.
    fn wish(&mut self, session: &Session, desk: &Desk, asked: &Asked, now: Instant) {
        let document = self.document(session);
        let is_open = |view: &View| desk.slots.contains(&Some(view.clone())) || asked.wanted.views.contains(view);
        self.shown.retain(|view, _| is_open(view));
        self.befores.retain(|view, _| asked.wanted.befores.contains(view));
        self.troubles.retain(|view, _| is_open(view));
        self.thumbnails.retain(|&node, _| document.node(node).is_some());
        let there = There {
            views: self.shown.iter().map(|(view, (fingerprint, _))| (view.clone(), *fingerprint)).collect(),
            befores: self.befores.iter().map(|(view, (fingerprint, _))| (view.clone(), *fingerprint)).collect(),
            thumbnails: self.thumbnails.iter().map(|(node, (fingerprint, _))| (*node, *fingerprint)).collect(),
        };
        self.overtaken.push((std::mem::replace(&mut self.look, Cancel::new()), now + PATIENCE));
        self.looker.put(look::Wish {
            number: self.board.number(),
            document,
            folder: session.folder(),
            registry: Arc::clone(session.registry()),
            frame: asked.frame as f64,
            views: asked.wanted.views.clone(),
            befores: asked.wanted.befores.clone(),
            thumbnails: asked.wanted.thumbnails.iter().copied().collect(),
            stopped: self.stopped.filter(|(_, revision)| *revision == asked.revision).map(|(node, _)| node),
            there,
            cancel: self.look.clone(),
        });
    }

    /// The document, copied once for each of its revisions.
    fn document(&mut self, session: &Session) -> Arc<Document> {
        let revision = session.revision();
        match &self.document {
            Some((sent, document)) if *sent == revision => Arc::clone(document),
            _ => {
                let document = Arc::new(session.document().clone());
                self.document = Some((revision, Arc::clone(&document)));
                document
            }
        }
    }
}

impl Drop for Compute {
    fn drop(&mut self) {
        self.look.cancel();
        self.drag.cancel();
        self.export.cancel();
        self.overtaken.iter().for_each(|(cancel, _)| cancel.cancel());
        self.looker.close();
        self.dragger.close();
        self.writer.close();
    }
}
