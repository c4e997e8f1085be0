//! The widget library behind the canvas: it lays nodes out, and says what the pointer does to nodes and ports. Nothing else
//! in the editor knows it.
//!
//! Its graph is a shadow of what is seen, filled anew each frame: nodes have the places that the camera gives them, and
//! there are no wires in it, because the canvas draws those below the nodes. What the pointer does comes out as [`Event`]s;
//! what the library would do by itself is undone at once, since only the document says what is so.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dragfx_graph::document::NodeId;
use eframe::egui::layers::ShapeIdx;
use eframe::egui::{self, Color32, Shape, Style, TextStyle, Ui, Vec2, vec2};
use egui_node_graph as library;

use super::camera::Camera;
use super::model::{Place, Side};
use super::paint::{self, Drawn};

/// What the pointer does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event {
    /// It was pressed on a node and let go without being moved.
    Click(NodeId),
    /// It drags a node.
    Drag(NodeId),
    /// It begins to drag a wire off a port.
    Pull(Place),
    /// It begins to drag over the empty canvas.
    Sweep,
}

/// The library's widget.
#[derive(Default)]
pub(super) struct Widget {
    state: library::GraphEditorState<Node, AnyType, Row, NoKind, ()>,
    known: HashMap<NodeId, Known>,
    nodes: HashMap<library::NodeId, NodeId>,
    ports: HashMap<library::AnyParameterId, Place>,
}

/// A node that the library has.
struct Known {
    id: library::NodeId,
    inputs: usize,
    outputs: usize,
}

/// The library measures in its own units: its nodes are 200 wide.
const UNIT: f32 = super::model::WIDTH / 200.0;
/// What the library leaves free at the sides, above and below, in its units.
const MARGIN: Vec2 = vec2(15.0, 5.0);
/// What the library adds behind the contents of a title, in its units.
const TITLE_END: f32 = 20.0;

impl Widget {
    /// Draws nodes, the last one on top, and says what the pointer does to them.
    pub(super) fn draw(&mut self, ui: &mut Ui, camera: &Camera, drawn: Vec<Drawn>) -> Vec<Event> {
        self.take_in(camera, drawn);
        let state = &mut self.state;
        state.pan_zoom.zoom = camera.zoom() * UNIT;
        state.pan_zoom.zoomed_style = Arc::new(bare(ui.style()));
        state.pan_zoom.started = true;
        let builder = egui::UiBuilder::new().max_rect(camera.panel()).id_salt("graph");
        let mut ui = ui.new_child(builder);
        let layer = ui.layer_id();
        let begin = ui.ctx().graphics_mut(|graphics| graphics.entry(layer).next_idx());
        let response = state.draw_graph_editor(&mut ui, NoKinds, &mut (), Vec::new());
        remove_backgrounds(&ui, begin);
        let events = response.node_responses.iter().filter_map(|response| match response {
            library::NodeResponse::SelectNode(node) => Some(Event::Click(*self.nodes.get(node)?)),
            library::NodeResponse::MoveNode { node, .. } => Some(Event::Drag(*self.nodes.get(node)?)),
            library::NodeResponse::ConnectEventStarted(_, port) => Some(Event::Pull(*self.ports.get(port)?)),
            _ => None,
        });
        let sweep = state.ongoing_box_selection.take().map(|_| Event::Sweep);
        let events = events.chain(sweep).collect();
        // A wire in the library's hand would be a panic once its node is gone.
        state.connection_in_progress = None;
        state.node_finder = None;
        events
    }

    /// Makes the library's graph the nodes that are drawn.
    fn take_in(&mut self, camera: &Camera, drawn: Vec<Drawn>) {
        let seen: HashSet<NodeId> = drawn.iter().map(|drawn| drawn.card.id).collect();
        let left: Vec<NodeId> = self.known.keys().copied().filter(|id| !seen.contains(id)).collect();
        left.into_iter().for_each(|id| self.forget(id));
        let mut order = Vec::with_capacity(drawn.len());
        for drawn in drawn {
            let (node, position) = (drawn.card.id, drawn.rect.min - camera.panel().min.to_vec2());
            let (inputs, outputs) = (drawn.card.inputs.len(), drawn.card.outputs.len());
            let known = self.known.get(&node);
            let id = match known.filter(|known| (known.inputs, known.outputs) == (inputs, outputs)) {
                Some(known) => {
                    self.state.graph[known.id].user_data = Node(drawn);
                    known.id
                }
                None => {
                    self.forget(node);
                    self.learn(node, drawn)
                }
            };
            self.state.node_positions.insert(id, position);
            order.push(id);
        }
        self.state.node_order = order;
        self.state.selected_nodes.clear();
    }

    fn learn(&mut self, node: NodeId, drawn: Drawn) -> library::NodeId {
        let (inputs, outputs) = (drawn.card.inputs.len(), drawn.card.outputs.len());
        let graph = &mut self.state.graph;
        let id = graph.add_node(String::new(), Node(drawn), |_, _| {});
        for index in 0..inputs {
            let kind = library::InputParamKind::ConnectionOnly;
            let port = graph.add_input_param(id, String::new(), AnyType, Row, kind, true);
            self.ports.insert(port.into(), Place { node, side: Side::Input, index });
        }
        for index in 0..outputs {
            let port = graph.add_output_param(id, String::new(), AnyType);
            self.ports.insert(port.into(), Place { node, side: Side::Output, index });
        }
        self.state.node_orientations.insert(id, library::NodeOrientation::LeftToRight);
        self.known.insert(node, Known { id, inputs, outputs });
        self.nodes.insert(id, node);
        id
    }

    fn forget(&mut self, node: NodeId) {
        let Some(known) = self.known.remove(&node) else { return };
        self.state.graph.remove_node(known.id);
        self.state.node_positions.remove(known.id);
        self.state.node_orientations.remove(known.id);
        self.nodes.remove(&known.id);
        self.ports.retain(|_, place| place.node != node);
    }
}

/// A style that adds nothing to the sizes of what is laid out.
fn bare(style: &Style) -> Style {
    let mut style = style.clone();
    style.spacing.item_spacing = Vec2::ZERO;
    style.spacing.interact_size = Vec2::ZERO;
    style.text_styles.insert(TextStyle::Button, egui::FontId::proportional(1.0));
    style
}

/// Takes the library's backgrounds of nodes away, the only groups of shapes that it draws: cards have their own.
fn remove_backgrounds(ui: &Ui, begin: ShapeIdx) {
    ui.ctx().graphics_mut(|graphics| {
        let list = graphics.entry(ui.layer_id());
        let entries = list.all_entries().enumerate().skip(begin.0);
        let groups = entries.filter(|(_, entry)| matches!(entry.shape, Shape::Vec(_)));
        let groups: Vec<_> = groups.map(|(index, _)| ShapeIdx(index)).collect();
        groups.into_iter().for_each(|group| list.reset_shape(group));
    });
}

/// The library compares types while it holds a wire, which it never does here.
#[derive(PartialEq, Eq)]
struct AnyType;

/// A node that is drawn.
struct Node(Drawn);

/// The row of a port.
#[derive(Default)]
struct Row;

/// A kind of node that the library could add by itself: there is none.
#[derive(Clone)]
enum NoKind {}

struct NoKinds;

/// What contents of nodes could answer: nothing.
#[derive(Clone, Debug)]
enum NoAnswer {}

impl library::UserResponseTrait for NoAnswer {}

impl library::DataTypeTrait<()> for AnyType {
    fn data_type_color(&self, (): &mut ()) -> Color32 {
        // Cards draw their ports.
        Color32::TRANSPARENT
    }

    fn name(&self) -> std::borrow::Cow<'_, str> {
        "".into()
    }
}

impl library::WidgetValueTrait for Row {
    type Response = NoAnswer;
    type UserState = ();
    type NodeData = Node;

    fn value_widget(&mut self, _: &str, _: library::NodeId, ui: &mut Ui, (): &mut (), node: &Node) -> Vec<NoAnswer> {
        row(ui, &node.0, super::model::ROW);
        Vec::new()
    }
}

impl library::NodeDataTrait for Node {
    type Response = NoAnswer;
    type UserState = ();
    type DataType = AnyType;
    type ValueType = Row;

    fn top_bar_ui(
        &self,
        ui: &mut Ui,
        _: library::NodeId,
        _: &library::Graph<Self, AnyType, Row>,
        (): &mut (),
    ) -> Vec<library::NodeResponse<NoAnswer, Self>> {
        let width = super::model::WIDTH - (2.0 * MARGIN.x + TITLE_END) * UNIT;
        let height = super::model::TITLE - 2.0 * MARGIN.y * UNIT;
        ui.allocate_space(vec2(width, height) * self.0.zoom);
        Vec::new()
    }

    fn output_ui(
        &self,
        ui: &mut Ui,
        _: library::NodeId,
        _: &library::Graph<Self, AnyType, Row>,
        (): &mut (),
        _: &str,
    ) -> Vec<library::NodeResponse<NoAnswer, Self>> {
        row(ui, &self.0, super::model::ROW);
        Vec::new()
    }

    fn bottom_ui(
        &self,
        ui: &mut Ui,
        _: library::NodeId,
        _: &library::Graph<Self, AnyType, Row>,
        (): &mut (),
    ) -> Vec<library::NodeResponse<NoAnswer, Self>> {
        row(ui, &self.0, self.0.card.foot_height());
        paint::card(ui, &self.0);
        Vec::new()
    }

    fn can_delete(&self, _: library::NodeId, _: &library::Graph<Self, AnyType, Row>, (): &mut ()) -> bool {
        false
    }

    fn can_flip(&self, _: library::NodeId, _: &library::Graph<Self, AnyType, Row>, (): &mut ()) -> bool {
        false
    }
}

/// Room between a node's margins.
fn row(ui: &mut Ui, drawn: &Drawn, height: f32) {
    ui.allocate_space(vec2(super::model::WIDTH - 2.0 * MARGIN.x * UNIT, height) * drawn.zoom);
}

impl library::NodeTemplateTrait for NoKind {
    type NodeData = Node;
    type DataType = AnyType;
    type ValueType = Row;
    type UserState = ();
    type CategoryType = ();

    fn node_finder_label(&self, (): &mut ()) -> std::borrow::Cow<'_, str> {
        match *self {}
    }

    fn node_graph_label(&self, (): &mut ()) -> String {
        match *self {}
    }

    fn user_data(&self, (): &mut ()) -> Node {
        match *self {}
    }

    fn build_node(&self, _: &mut library::Graph<Node, AnyType, Row>, (): &mut (), _: library::NodeId) {
        match *self {}
    }
}

impl library::NodeTemplateIter for NoKinds {
    type Item = NoKind;

    fn all_kinds(&self) -> Vec<NoKind> {
        Vec::new()
    }
}
