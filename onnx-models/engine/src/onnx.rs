//! The drag's contract with a generator, kept by the graphs of a model pack.

use dragfx_export::spec;
use dragfx_runtime::{DragProgram, Rect, RuntimeError};
use ndarray::{Array2, Array3, ArrayView2};

use crate::Cancel;
use crate::model::{DragModel, FeatureMap, Geometry, ModelError, Regions, Tap, Window};

/// A drag's graphs on ONNX Runtime.
#[derive(Debug)]
pub struct OnnxDrag {
    program: DragProgram,
    geometry: Geometry,
}

impl OnnxDrag {
    /// The graphs of one tap of a generator.
    pub(crate) fn new(program: DragProgram, spec: &spec::Generator) -> Self {
        let files = program.files();
        let geometry = Geometry {
            image_height: spec.resolution,
            image_width: spec.resolution,
            num_ws: spec.num_ws,
            w_dim: spec.w_dim,
            rows: files.rows,
            tap: Tap { index: files.tap, height: files.resolution, width: files.resolution, channels: files.channels },
        };
        Self { program, geometry }
    }
}

impl DragModel for OnnxDrag {
    fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    fn forward(&mut self, ws: ArrayView2<'_, f32>, regions: &Regions, cancel: &Cancel) -> Result<(), ModelError> {
        let rects: Option<Vec<Rect>> = match regions {
            Regions::Whole => None,
            Regions::Windows(windows) => Some(windows.iter().map(rect).collect()),
        };
        self.program.forward(ws, rects.as_deref(), cancel).map_err(|error| failed("forward", error))
    }

    fn maps(&self) -> Vec<FeatureMap<'_>> {
        // Without a forward there are no maps, which the caller's check of the contract reports.
        let features = self.program.features().unwrap_or_default();
        features.into_iter().map(|(rect, data)| FeatureMap { window: window(rect), data }).collect()
    }

    fn backward(&mut self, gradient: &[Array3<f32>], cancel: &Cancel) -> Result<Array2<f32>, ModelError> {
        self.program.backward(gradient, cancel).map_err(|error| failed("backward", error))
    }

    fn runs_on(&self) -> String {
        self.program.placement().to_string()
    }

    fn prefers_windows(&self, windows: &[Window]) -> bool {
        let rects: Vec<Rect> = windows.iter().map(rect).collect();
        self.program.prefers_windows(&rects)
    }
}

fn rect(window: &Window) -> Rect {
    let &Window { y, x, height, width } = window;
    Rect { y, x, height, width }
}

fn window(rect: Rect) -> Window {
    let Rect { y, x, height, width } = rect;
    Window { y, x, height, width }
}

fn failed(stage: &str, error: RuntimeError) -> ModelError {
    match error {
        RuntimeError::Cancelled => ModelError::Cancelled,
        other => ModelError::Failed { stage: stage.to_owned(), source: Box::new(other) },
    }
}
