use dragfx_export::{checkpoint::random::RandomGenerator, pack};
use dragfx_runtime::*;
use ndarray::*;
use std::time::Instant;
fn main() {
    let res: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let p = format!("/tmp/perf/cf{res}.safetensors");
    std::fs::create_dir_all("/tmp/perf").unwrap();
    let t = Instant::now();
    if !std::path::Path::new(&p).exists() {
        RandomGenerator { resolution: res, ..Default::default() }.write(p.as_ref()).unwrap();
    }
    println!("random {:?}", t.elapsed());
    let t = Instant::now();
    let dir = pack::import_cached(p.as_ref(), "/tmp/perf/cache".as_ref(), &mut |_| ()).unwrap();
    println!("import {:?}", t.elapsed());
    let st = || {
        std::fs::read_to_string("/proc/self/status")
            .unwrap()
            .lines()
            .filter(|l| l.starts_with("VmHWM"))
            .collect::<String>()
    };
    println!("{}", st());
    let mut model = Model::open(&dir, &SessionOptions::on(Device::Cpu)).unwrap();
    let c = CancelToken::new();
    let z = Array2::from_shape_fn((1, 512), |(_, j)| ((j * 7919 % 101) as f32 - 50.0) / 29.0);
    let ws = model.map(z.view(), None, None, &c).unwrap();
    let ws2 = ws.index_axis(Axis(0), 0).to_owned();
    let mut d = model.drag(5, Noise::Constant).unwrap();
    for rects in [Some(vec![Rect { y: 40, x: 50, height: 12, width: 12 }]), None] {
        let mut best = (9e9f64, 9e9f64);
        for i in 0..6 {
            let t = Instant::now();
            d.forward(ws2.view(), rects.as_deref(), &c).unwrap();
            let f = t.elapsed().as_secs_f64();
            let g: Vec<Array3<f32>> =
                d.features().unwrap().iter().map(|(_, m)| Array3::from_elem(m.dim(), 0.01)).collect();
            let t = Instant::now();
            d.backward(&g, &c).unwrap();
            let b = t.elapsed().as_secs_f64();
            println!("{} f {f:.3} b {b:.3}", rects.is_some());
            if i > 1 {
                best = (best.0.min(f), best.1.min(b));
            }
        }
        println!("best f {:.3} b {:.3} sum {:.3} {}", best.0, best.1, best.0 + best.1, st());
    }
    drop(d);
    let t = Instant::now();
    model.synthesize(ws.view(), &Noise::Constant, &c).unwrap();
    println!("image first {:?} {}", t.elapsed(), st());
    let t = Instant::now();
    model.synthesize(ws.view(), &Noise::Constant, &c).unwrap();
    println!("image {:?} {}", t.elapsed(), st());
}
