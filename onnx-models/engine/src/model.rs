//! The contract between a drag and a generator.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3};

use crate::Cancel;

/// A generator as a drag sees it: features of a latent, and the way back.
///
/// A drag calls [`forward`](Self::forward), reads [`maps`](Self::maps), and may then call [`backward`](Self::backward) for that same forward.
pub trait DragModel: Send {
    /// Sizes that never change during the life of the model.
    fn geometry(&self) -> &Geometry;

    /// Computes the features at the tap for `ws` `[num_ws, w_dim]`, on the whole map or on windows of it.
    ///
    /// A model may compute larger windows than it is asked for (aligned to its blocks, say); [`maps`](Self::maps) says which. What it computes for a window must
    /// equal the same rectangle of the whole map.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] when `cancel` ended the work early; [`ModelError::Failed`] when the runtime failed. The maps are then unspecified.
    fn forward(&mut self, ws: ArrayView2<'_, f32>, regions: &Regions, cancel: &Cancel) -> Result<(), ModelError>;

    /// The features of the last forward: one map per region asked, in the same order; a single one for [`Regions::Whole`].
    fn maps(&self) -> Vec<FeatureMap<'_>>;

    /// The gradient with respect to `ws[0..rows]`, `[rows, w_dim]`, given dL/dF for each map of the last forward (CHW, same order and sizes).
    ///
    /// Where windows overlap, their contributions add up.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    fn backward(&mut self, gradient: &[Array3<f32>], cancel: &Cancel) -> Result<Array2<f32>, ModelError>;

    /// Where it runs, for people: `CUDA 41 nodes, CPU 3 nodes`. Known once it has run.
    fn runs_on(&self) -> String {
        "the host".to_owned()
    }

    /// Whether computing these windows is expected to take less time than computing the whole map.
    fn prefers_windows(&self, windows: &[Window]) -> bool;
}

/// Shape facts of a generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    /// Height of the image, pixels.
    pub image_height: usize,
    /// Width of the image, pixels.
    pub image_width: usize,
    /// Rows of a full latent `ws`.
    pub num_ws: usize,
    /// Columns of a full latent `ws`.
    pub w_dim: usize,
    /// How many leading rows of `ws` a drag optimises: 6 (paper, section 3.2), or all of them if there are fewer. Those
    /// that the tap does not depend on have a gradient of zero; in [`crate::Space::W`] they follow the others.
    pub rows: usize,
    /// Where the features are read.
    pub tap: Tap,
}

/// The feature map that a drag reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// Index of the block whose output this is; 0 is the 4x4 block.
    pub index: usize,
    /// Height of the map, tap pixels; at most the image's.
    pub height: usize,
    /// Width of the map, tap pixels; at most the image's.
    pub width: usize,
    /// Channels.
    pub channels: usize,
}

/// A rectangle of tap pixels, y down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First row.
    pub y: usize,
    /// First column.
    pub x: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// Which part of the feature map a forward computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    /// All of it.
    Whole,
    /// These rectangles, which may overlap.
    Windows(Vec<Window>),
}

/// Features on a rectangle of the tap.
#[derive(Debug, Clone)]
pub struct FeatureMap<'a> {
    /// Where the data lies on the tap.
    pub window: Window,
    /// The features, CHW: `[channels, window.height, window.width]`.
    pub data: ArrayView3<'a, f32>,
}

/// Why a generator could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The token was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The runtime failed.
    #[error("{stage} failed")]
    Failed {
        /// What was running, for example `synthesis.b4_b128 forward`.
        stage: String,
        /// What the runtime said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The model's answer contradicts its geometry or the regions asked for.
    #[error("the model's answer does not fit: {0}")]
    Contract(String),
}

impl Window {
    /// The window that covers all of a tap.
    #[must_use]
    pub fn whole(tap: &Tap) -> Self {
        Self { y: 0, x: 0, height: tap.height, width: tap.width }
    }

    /// Whether `other` lies inside this window.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.y <= other.y
            && self.x <= other.x
            && other.y + other.height <= self.y + self.height
            && other.x + other.width <= self.x + self.width
    }
}

impl Geometry {
    /// Checks that the sizes make sense together.
    ///
    /// # Errors
    /// [`ModelError::Contract`] when a size is zero, when the tap is larger than the image, or when `rows` exceeds `num_ws`.
    pub fn check(&self) -> Result<(), ModelError> {
        let Tap { height, width, channels, .. } = self.tap;
        if [height, width, channels, self.num_ws, self.w_dim, self.rows].contains(&0) {
            return Err(ModelError::Contract(format!("a size is zero in {self:?}")));
        }
        if height > self.image_height || width > self.image_width {
            return Err(ModelError::Contract(format!(
                "the tap is {height}x{width}, larger than the {}x{} image",
                self.image_height, self.image_width
            )));
        }
        if self.rows > self.num_ws {
            return Err(ModelError::Contract(format!("{} optimised rows of only {} ws", self.rows, self.num_ws)));
        }
        Ok(())
    }

    /// Checks that the maps of a forward answer the regions asked for.
    ///
    /// # Errors
    /// [`ModelError::Contract`] when the number of maps, their windows or their shapes do not fit.
    pub fn check_maps(&self, regions: &Regions, maps: &[FeatureMap<'_>]) -> Result<(), ModelError> {
        let whole = Window::whole(&self.tap);
        let asked = match regions {
            Regions::Whole => std::slice::from_ref(&whole),
            Regions::Windows(windows) => windows.as_slice(),
        };
        if asked.len() != maps.len() {
            return Err(ModelError::Contract(format!("{} maps for {} regions", maps.len(), asked.len())));
        }
        for (asked, map) in asked.iter().zip(maps) {
            let shape = (self.tap.channels, map.window.height, map.window.width);
            if map.data.dim() != shape {
                return Err(ModelError::Contract(format!(
                    "a map of shape {:?} where {shape:?} was expected",
                    map.data.dim()
                )));
            }
            if !map.window.contains(asked) || !whole.contains(&map.window) {
                return Err(ModelError::Contract(format!("{:?} computed where {asked:?} was asked", map.window)));
            }
        }
        Ok(())
    }
}
