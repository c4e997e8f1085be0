//! What pictures of the window are drawn with.

mod support;

use eframe::egui::{self, Color32, Rect, pos2};
use egui_kittest::Harness;

#[test]
fn triangles_that_meet_cover_each_pixel_once() {
    // Half transparent, so that what is drawn twice is seen.
    let mut harness = Harness::builder().with_size([64.0, 48.0]).renderer(support::Raster::default()).build_ui(|ui| {
        let clip = ui.ctx().content_rect();
        let painter = ui.painter().with_clip_rect(clip);
        painter.rect_filled(clip, 0.0, Color32::BLACK);
        let mut mesh = egui::Mesh::default();
        let center = pos2(31.3, 23.7);
        mesh.colored_vertex(center, Color32::from_white_alpha(100));
        for index in 0..7 {
            let angle = index as f32 * std::f32::consts::TAU / 7.0;
            mesh.colored_vertex(center + 19.0 * egui::Vec2::angled(angle), Color32::from_white_alpha(100));
            mesh.add_triangle(0, index + 1, (index + 1) % 7 + 1);
        }
        painter.add(mesh);
    });
    let picture = harness.render().expect("a picture");
    let of = |value: u8| picture.pixels().filter(|pixel| pixel.0 == [value, value, value, 255]).count();
    let area = 7.0 / 2.0 * 19.0_f64.powi(2) * (std::f64::consts::TAU / 7.0).sin();
    assert_eq!(of(0) + of(100), 64 * 48, "every pixel is covered once, or not at all");
    assert!((of(100) as f64 - area).abs() < 12.0, "{} pixels, not {area}", of(100));
}

#[test]
fn a_texture_is_drawn_pixel_by_pixel_and_clipped() {
    let image = egui::ColorImage::from_rgb([2, 2], &[255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
    let mut texture = None;
    let build = Harness::builder().with_size([40.0, 40.0]).with_pixels_per_point(2.0);
    let mut harness = build.renderer(support::Raster::default()).build_ui(move |ui| {
        let load = || ui.ctx().load_texture("test", image.clone(), egui::TextureOptions::NEAREST);
        let id = texture.get_or_insert_with(load).id();
        let clip = Rect::from_min_max(pos2(0.0, 0.0), pos2(18.0, 40.0));
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let place = Rect::from_min_size(pos2(4.0, 4.0), egui::vec2(20.0, 20.0));
        let painter = ui.painter().with_clip_rect(clip);
        painter.image(id, place, uv, Color32::WHITE);
    });
    let picture = harness.render().expect("a picture");
    let at = |x, y| picture.get_pixel(x, y).0[..3].to_vec();
    assert_eq!((picture.width(), picture.height()), (80, 80));
    assert_eq!([at(8, 8), at(27, 27), at(28, 8), at(35, 27)], [[255, 0, 0], [255, 0, 0], [0, 255, 0], [0, 255, 0]]);
    assert_eq!([at(8, 28), at(35, 47)], [[0, 0, 255], [9, 9, 9]]);
    assert_ne!(at(36, 8), [0, 255, 0], "beyond the clip rectangle");
}
