//! Which panels are there, and how large everything is drawn: remembered from one start to the next.

use serde::{Deserialize, Serialize};

use crate::action::Place;

/// The panels of the window. The viewer is always there, unless another one has the whole window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Layout {
    /// Whether the graph is there.
    pub(crate) graph: bool,
    /// Whether the timeline is there.
    pub(crate) timeline: bool,
    /// Whether the inspector is there.
    pub(crate) inspector: bool,
    /// How many times its usual size everything is.
    pub(crate) scale: f32,
    /// The panel that has the whole window.
    #[serde(skip)]
    pub(crate) maximized: Option<Place>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { graph: true, timeline: true, inspector: true, scale: 1.0, maximized: None }
    }
}

impl Layout {
    /// Whether a panel is drawn.
    pub(crate) fn shows(&self, place: Place) -> bool {
        if let Some(maximized) = self.maximized {
            return place == maximized;
        }
        match place {
            Place::Viewer => true,
            Place::Canvas => self.graph,
            Place::Timeline => self.timeline,
            Place::Everywhere => self.inspector,
        }
    }

    /// Gives the window to a panel, or brings the others back. `false` where there is no panel to give it to.
    pub(crate) fn maximize(&mut self, place: Place) -> bool {
        self.maximized = match (self.maximized, place) {
            (Some(_), _) => None,
            (None, Place::Everywhere | Place::Timeline) => return false,
            (None, place) => Some(place),
        };
        true
    }

    /// Makes everything larger or smaller by tenths.
    pub(crate) fn rescale(&mut self, tenths: f32) {
        self.scale = ((self.scale * 10.0 + tenths).round() / 10.0).clamp(0.5, 3.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_takes_the_window_and_gives_it_back() {
        let mut layout = Layout { timeline: false, ..Layout::default() };
        assert!(layout.maximize(Place::Canvas));
        let shown = |layout: &Layout| Place::ALL.map(|place| layout.shows(place));
        assert_eq!(shown(&layout), [false, false, true, false]);
        assert!(layout.maximize(Place::Viewer));
        assert_eq!(shown(&layout), [true, true, true, false]);
        assert!(!layout.maximize(Place::Everywhere));
    }

    #[test]
    fn sizes_go_by_tenths_and_end_somewhere() {
        let mut layout = Layout::default();
        layout.rescale(1.0);
        assert!((layout.scale - 1.1).abs() < 1e-6);
        (0..99).for_each(|_| layout.rescale(-1.0));
        assert!((layout.scale - 0.5).abs() < 1e-6);
    }
}
