//! Draws what egui draws, on the CPU: the triangles of its meshes, in their order, as its shader for OpenGL does. The same
//! frame gives the same bytes on every machine.

use std::collections::HashMap;

use eframe::egui::epaint::{ClippedPrimitive, ImageDelta, Primitive, Vertex};
use eframe::egui::{self, Color32, ColorImage, ImageData, Rect, TextureFilter, TextureId, TextureOptions};
use egui_kittest::TestRenderer;
use image::RgbaImage;

/// Positions are rounded to parts of a pixel, as GPUs do: whether a pixel lies in a triangle is then exact, and a pixel on
/// the edge of two triangles lies in one of them.
const PARTS: i64 = 256;

/// A renderer without a GPU.
#[derive(Default)]
pub(crate) struct Raster {
    textures: HashMap<TextureId, Texture>,
    /// Textures that the frame before was the last one to use.
    leaving: Vec<TextureId>,
}

struct Texture {
    image: ColorImage,
    options: TextureOptions,
}

impl TestRenderer for Raster {
    fn handle_delta(&mut self, delta: &egui::TexturesDelta) {
        for id in self.leaving.drain(..) {
            self.textures.remove(&id);
        }
        for (id, delta) in &delta.set {
            self.set(*id, delta);
        }
        self.leaving.clone_from(&delta.free);
    }

    fn render(&mut self, context: &egui::Context, output: &egui::FullOutput) -> Result<RgbaImage, String> {
        let scale = context.pixels_per_point();
        let size = context.content_rect().size() * scale;
        let size = [size.x.round() as usize, size.y.round() as usize];
        let mut canvas = Canvas { size, pixels: vec![Color32::BLACK; size[0] * size[1]] };
        for ClippedPrimitive { clip_rect, primitive } in context.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = primitive else { return Err("only meshes are drawn here".to_owned()) };
            let Some(texture) = self.textures.get(&mesh.texture_id) else {
                return Err(format!("{:?} is no texture", mesh.texture_id));
            };
            let clip = Clip::new(clip_rect * scale, size);
            for corners in mesh.indices.chunks_exact(3) {
                let corner = |index: usize| mesh.vertices[corners[index] as usize];
                canvas.triangle([corner(0), corner(1), corner(2)], scale, texture, &clip);
            }
        }
        let bytes = canvas.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
        RgbaImage::from_raw(size[0] as u32, size[1] as u32, bytes).ok_or_else(|| "no picture has that size".to_owned())
    }
}

impl Raster {
    fn set(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        match (delta.pos, self.textures.get_mut(&id)) {
            (Some([left, top]), Some(texture)) => {
                let ([width, height], whole) = (image.size, texture.image.size[0]);
                for row in 0..height {
                    let start = (top + row) * whole + left;
                    texture.image.pixels[start..start + width]
                        .copy_from_slice(&image.pixels[row * width..(row + 1) * width]);
                }
            }
            _ => {
                self.textures.insert(id, Texture { image: (**image).clone(), options: delta.options });
            }
        }
    }
}

/// The pixels that may be drawn on: the first ones, and those behind the last ones.
struct Clip {
    from: [i64; 2],
    to: [i64; 2],
}

impl Clip {
    fn new(rect: Rect, size: [usize; 2]) -> Self {
        let within = |value: f32, most: usize| (value.round() as i64).clamp(0, most as i64);
        Self {
            from: [within(rect.left(), size[0]), within(rect.top(), size[1])],
            to: [within(rect.right(), size[0]), within(rect.bottom(), size[1])],
        }
    }
}

struct Canvas {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

/// A triangle's colour and texture coordinates at a pixel: red, green, blue, alpha from 0 to 255, u and v.
type Fragment = [f32; 6];

impl Canvas {
    fn triangle(&mut self, corners: [Vertex; 3], scale: f32, texture: &Texture, clip: &Clip) {
        let fixed = |value: f32| (f64::from(value * scale) * PARTS as f64).round() as i64;
        let mut points = corners.map(|corner| [fixed(corner.pos.x), fixed(corner.pos.y)]);
        let mut values = corners.map(fragment);
        let mut area = cross(points[0], points[1], points[2]);
        if area == 0 {
            return;
        }
        if area < 0 {
            // egui winds its triangles either way.
            points.swap(1, 2);
            values.swap(1, 2);
            area = -area;
        }
        let edges = [(0, 1), (1, 2), (2, 0)].map(|(from, to)| Edge::new(points[from], points[to]));
        let (ax, ay) = (points[0][0], points[0][1]);
        let along = |[x, y]: [i64; 2], value: usize| {
            // By how much a value grows from the first corner to here: barycentric coordinates.
            let (b, c) = (cross(points[2], points[0], [x, y]) as f64, cross(points[0], points[1], [x, y]) as f64);
            let [first, second, third] = [0, 1, 2].map(|corner| f64::from(values[corner][value]));
            ((second - first) * b + (third - first) * c) / area as f64
        };
        let across: Fragment = std::array::from_fn(|value| along([ax + PARTS, ay], value) as f32);
        let down: Fragment = std::array::from_fn(|value| along([ax, ay + PARTS], value) as f32);
        let sampler = Sampler::new(texture, &values[0], &across, &down);
        let rows = points.map(|point| point[1]);
        let (top, bottom) = (rows.iter().min().expect("three"), rows.iter().max().expect("three"));
        for y in (top / PARTS - 1).max(clip.from[1])..(bottom / PARTS + 1).min(clip.to[1]) {
            let middle = y * PARTS + PARTS / 2;
            let span = edges.iter().fold((clip.from[0], clip.to[0]), |span, edge| edge.narrow(span, middle));
            if span.0 >= span.1 {
                continue;
            }
            let right = ((span.0 * PARTS + PARTS / 2 - ax) as f64 / PARTS as f64) as f32;
            let below = ((middle - ay) as f64 / PARTS as f64) as f32;
            let start: Fragment = std::array::from_fn(|v| values[0][v] + across[v] * right + down[v] * below);
            let row = y as usize * self.size[0];
            let pixels = &mut self.pixels[row + span.0 as usize..row + span.1 as usize];
            for (index, pixel) in pixels.iter_mut().enumerate() {
                let here: Fragment = std::array::from_fn(|value| start[value] + across[value] * index as f32);
                *pixel = over(*pixel, sampler.shade(&here));
            }
        }
    }
}

fn fragment(vertex: Vertex) -> Fragment {
    let [red, green, blue, alpha] = vertex.color.to_array().map(f32::from);
    [red, green, blue, alpha, vertex.uv.x, vertex.uv.y]
}

/// Twice the area of a triangle; positive where it turns clockwise on the screen.
fn cross(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// An edge of a triangle, with the triangle on its right: points are inside where `x * right + y * down + rest >= 0`.
struct Edge {
    right: i64,
    down: i64,
    rest: i64,
}

impl Edge {
    fn new([ax, ay]: [i64; 2], [bx, by]: [i64; 2]) -> Self {
        let (right, down) = (ay - by, bx - ax);
        // Pixels on the edge itself belong to the triangle whose top or left edge it is.
        let owns_edge = right > 0 || right == 0 && down > 0;
        Self { right, down, rest: -(right * ax + down * ay) - i64::from(!owns_edge) }
    }

    /// The pixels of a row that are on the inner side.
    fn narrow(&self, (from, to): (i64, i64), y: i64) -> (i64, i64) {
        let at_zero = self.right * (PARTS / 2) + self.down * y + self.rest;
        let step = self.right * PARTS;
        match step.signum() {
            1 => (from.max(-at_zero.div_euclid(step)), to),
            -1 => (from, to.min(at_zero.div_euclid(-step) + 1)),
            _ if at_zero >= 0 => (from, to),
            _ => (from, from),
        }
    }
}

/// Colours of a texture, multiplied by those of corners.
struct Sampler<'a> {
    texture: &'a Texture,
    /// Texture pixels are taken as they are, not mixed.
    nearest: bool,
    /// What a triangle that shows one place of the texture finds there.
    uniform: Option<[f32; 4]>,
}

impl<'a> Sampler<'a> {
    fn new(texture: &'a Texture, corner: &Fragment, across: &Fragment, down: &Fragment) -> Self {
        let [width, height] = texture.image.size.map(|size| size as f32);
        let steps = [across[4] * width, across[5] * height, down[4] * width, down[5] * height];
        let shrinks = steps.iter().any(|step| step.abs() > 1.0);
        let filter = if shrinks { texture.options.minification } else { texture.options.magnification };
        let sampler = Self { texture, nearest: filter == TextureFilter::Nearest, uniform: None };
        let uniform = (steps == [0.0; 4]).then(|| sampler.texel(corner[4], corner[5]));
        Self { uniform, ..sampler }
    }

    fn shade(&self, fragment: &Fragment) -> [f32; 4] {
        let texel = self.uniform.unwrap_or_else(|| self.texel(fragment[4], fragment[5]));
        std::array::from_fn(|channel| fragment[channel] * texel[channel] / 255.0)
    }

    fn texel(&self, u: f32, v: f32) -> [f32; 4] {
        let [width, height] = self.texture.image.size;
        let pixel = |x: isize, y: isize| {
            let (x, y) = (x.clamp(0, width as isize - 1) as usize, y.clamp(0, height as isize - 1) as usize);
            self.texture.image.pixels[y * width + x].to_array().map(f32::from)
        };
        let (x, y) = (u * width as f32, v * height as f32);
        if self.nearest {
            return pixel(x.floor() as isize, y.floor() as isize);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right, below) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let mix = |a: [f32; 4], b: [f32; 4], part: f32| std::array::from_fn(|i| a[i] + (b[i] - a[i]) * part);
        let upper = mix(pixel(left, top), pixel(left + 1, top), right);
        let lower = mix(pixel(left, top + 1), pixel(left + 1, top + 1), right);
        mix(upper, lower, below)
    }
}

/// A premultiplied colour over another one.
fn over(below: Color32, above: [f32; 4]) -> Color32 {
    let keep = 1.0 - above[3] / 255.0;
    let below = below.to_array();
    let mixed: [u8; 4] = std::array::from_fn(|i| (above[i] + f32::from(below[i]) * keep + 0.5) as u8);
    Color32::from_rgba_premultiplied(mixed[0], mixed[1], mixed[2], mixed[3])
}
