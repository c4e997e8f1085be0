//! Windows of feature maps: which part of the cut they need, and cutting and putting back.

use std::collections::BTreeMap;

use dragfx_export::pack::WindowFiles;
use dragfx_export::stylegan2::WindowLayer;
use ndarray::{Array4, ArrayD, ArrayView3, ArrayView4, Axis, arr0, s};

/// A rectangle of feature pixels, y down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// First row.
    pub y: usize,
    /// First column.
    pub x: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// Windows of the cut, all of one size, and what they cover of the features.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    /// First row and column of each window in the cut; may be negative.
    pub(crate) starts: Vec<[isize; 2]>,
    /// Rows and columns of the cut's windows.
    pub(crate) size: [usize; 2],
    /// What of each features' window lies inside the map, and where in the window that begins.
    pub(crate) features: Vec<(Rect, [usize; 2])>,
    /// Noise and masks of the layers, as the graph takes them.
    pub(crate) inputs: BTreeMap<String, ArrayD<f32>>,
}

impl Frames {
    pub(crate) fn new(files: &WindowFiles, windows: &[Rect], noise: &BTreeMap<String, Array4<f32>>) -> Self {
        let mut frames = Self::place(files, windows);
        for layer in &files.layers {
            let starts = frames.starts_in(layer);
            let size = frames.size_in(layer);
            if let Some(map) = noise.get(&format!("{}.noise", layer.name)).filter(|_| layer.noise) {
                let windows = cropped(map.index_axis(Axis(0), 0), &starts, size);
                frames.inputs.insert(format!("{}.noise", layer.name), windows.into_dyn());
            }
            if layer.inside {
                let one = arr0(1.0);
                let ones = one.broadcast((1, layer.resolution, layer.resolution)).expect("a scalar broadcasts");
                let windows = cropped(ones, &starts, size);
                frames.inputs.insert(format!("{}.inside", layer.name), windows.into_dyn());
            }
        }
        frames.features = files.layers.last().map_or_else(Vec::new, |tap| frames.inside(tap));
        frames
    }

    /// The windows of the cut that the feature windows need, widened to one size.
    pub(crate) fn place(files: &WindowFiles, windows: &[Rect]) -> Self {
        let last = files.layers.last();
        let (scale, margin) = last.map_or((1, 0), |layer| (layer.scale as isize, layer.margin as isize));
        let mut starts = Vec::new();
        let mut size = [0; 2];
        for rect in windows {
            let spans = [(rect.y, rect.height), (rect.x, rect.width)].map(|(from, length)| {
                let begin = (from as isize - margin).div_euclid(scale);
                let end = ((from + length) as isize + margin + scale - 1).div_euclid(scale);
                (begin, (end - begin) as usize)
            });
            starts.push(spans.map(|(begin, _)| begin));
            size = [size[0].max(spans[0].1), size[1].max(spans[1].1)];
        }
        Self { starts, size, features: Vec::new(), inputs: BTreeMap::new() }
    }

    fn starts_in(&self, layer: &WindowLayer) -> Vec<[isize; 2]> {
        let (scale, margin) = (layer.scale as isize, layer.margin as isize);
        self.starts.iter().map(|start| start.map(|u| scale * u + margin)).collect()
    }

    /// Whether these windows take less time than the whole map: whether they take fewer multiplications, which were
    /// measured to be as fast in 4 to 32 windows of configuration F as in its whole map.
    pub(crate) fn pay_off(&self, files: &WindowFiles) -> bool {
        let (mut windows, mut whole) = (0.0, 0.0);
        for layer in &files.layers {
            let [height, width] = self.size_in(layer);
            windows += layer.work as f64 * (self.starts.len() * height * width) as f64;
            whole += layer.work as f64 * (layer.resolution * layer.resolution) as f64;
        }
        windows < whole
    }

    /// Rows and columns of the windows in a layer's output.
    fn size_in(&self, layer: &WindowLayer) -> [usize; 2] {
        self.size.map(|n| (layer.scale * n).saturating_sub(2 * layer.margin))
    }

    /// What of each window lies inside a layer's output, and where in the window that begins.
    fn inside(&self, layer: &WindowLayer) -> Vec<(Rect, [usize; 2])> {
        let [rows, columns] = self.size_in(layer);
        let clipped = self.starts_in(layer).into_iter().map(|[y, x]| {
            let (y, row, height) = overlap(y, rows, layer.resolution);
            let (x, column, width) = overlap(x, columns, layer.resolution);
            (Rect { y, x, height, width }, [row, column])
        });
        clipped.collect()
    }
}

/// Windows \[n, C, h, w\] of a map \[C, H, W\]; zero outside of it.
pub(crate) fn cropped(map: ArrayView3<'_, f32>, starts: &[[isize; 2]], [height, width]: [usize; 2]) -> Array4<f32> {
    let (channels, rows, columns) = map.dim();
    let mut windows = Array4::zeros((starts.len(), channels, height, width));
    for (mut window, &[y, x]) in windows.outer_iter_mut().zip(starts) {
        let (from_y, to_y, count_y) = overlap(y, height, rows);
        let (from_x, to_x, count_x) = overlap(x, width, columns);
        let inside = map.slice(s![.., from_y..from_y + count_y, from_x..from_x + count_x]);
        window.slice_mut(s![.., to_y..to_y + count_y, to_x..to_x + count_x]).assign(&inside);
    }
    windows
}

/// The reverse of [`cropped`]: windows added up on a map \[1, C, r, r\]; what lies outside is dropped.
pub(crate) fn scattered(
    windows: ArrayView4<'_, f32>,
    starts: &[[isize; 2]],
    [channels, resolution]: [usize; 2],
) -> Array4<f32> {
    let mut map = Array4::zeros((1, channels, resolution, resolution));
    let (_, _, height, width) = windows.dim();
    for (window, &[y, x]) in windows.outer_iter().zip(starts) {
        let (to_y, from_y, count_y) = overlap(y, height, resolution);
        let (to_x, from_x, count_x) = overlap(x, width, resolution);
        let inside = window.slice(s![.., from_y..from_y + count_y, from_x..from_x + count_x]);
        let mut place = map.slice_mut(s![0, .., to_y..to_y + count_y, to_x..to_x + count_x]);
        place += &inside;
    }
    map
}

/// Where a window that starts at `start` and a map of `size` overlap: first in the map, first in the window, how many.
fn overlap(start: isize, length: usize, size: usize) -> (usize, usize, usize) {
    let begin = start.clamp(0, size as isize);
    let end = (start + length as isize).clamp(begin, size as isize);
    (begin as usize, (begin - start).max(0) as usize, (end - begin) as usize)
}
