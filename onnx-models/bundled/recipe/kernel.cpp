// What happens between two convolutions of the generator, in one pass over memory, forward and backward.
//
//     v   = y * d + strength * noise + bias          (y: the convolution's result, d: demodulation)
//     a   = lrelu(v, 0.2) * sqrt(2)
//     xs  = a * s                                    (s: the style of the next convolution; if there is one)
//     rgb = sum over channels of a * wr              (wr: ToRGB's weight times its style; if there is one)
//
// PyTorch alone reads and writes the activations a dozen times for this, which takes longer on a CPU than the
// convolutions do. Activations are bfloat16, channels last; everything else is float32. With `up`, y holds the four
// phases of an up-sampling convolution as four groups of channels, which are read to their pixels.

#include <torch/extension.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace {

constexpr float kGain = 1.4142135623730951f;
constexpr float kSlope = 0.2f;
constexpr int64_t kMaxChannels = 1024;

inline float widen(uint16_t half) {
    const uint32_t bits = static_cast<uint32_t>(half) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

inline uint16_t narrow(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

const uint16_t* halves(const at::Tensor& tensor) { return reinterpret_cast<const uint16_t*>(tensor.data_ptr()); }
uint16_t* halves_mut(const at::Tensor& tensor) { return reinterpret_cast<uint16_t*>(tensor.data_ptr()); }

// Where the channels of an output pixel lie in y.
inline int64_t place(bool up, int64_t batch, int64_t row, int64_t column, int64_t height, int64_t width,
                     int64_t channels) {
    if (!up) return ((batch * height + row) * width + column) * channels;
    const int64_t low = (batch * (height / 2) + row / 2) * (width / 2) + column / 2;
    return low * 4 * channels + ((row & 1) * 2 + (column & 1)) * channels;
}

at::Tensor activations(int64_t batch, int64_t channels, int64_t height, int64_t width) {
    auto options = at::TensorOptions().dtype(at::kBFloat16).memory_format(at::MemoryFormat::ChannelsLast);
    return at::empty({batch, channels, height, width}, options);
}

}  // namespace

// noise: [1 or B, H, W]. s: [B, C] or empty. wr: [B, 3, C] or empty. Returns a, xs, rgb [B, 3, H, W].
std::vector<at::Tensor> forward(at::Tensor y_, at::Tensor d, at::Tensor bias, at::Tensor noise, double strength_,
                                at::Tensor s, at::Tensor wr, bool up) {
    const auto y = y_.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t batch = y.size(0), channels = d.size(1);
    const int64_t height = y.size(2) * (up ? 2 : 1), width = y.size(3) * (up ? 2 : 1);
    TORCH_CHECK(channels <= kMaxChannels && y.size(1) == channels * (up ? 4 : 1));
    const bool scaled = s.numel() > 0, colour = wr.numel() > 0;
    auto a = activations(batch, channels, height, width);
    auto xs = scaled ? activations(batch, channels, height, width) : at::empty({0}, a.options());
    auto rgb = colour ? at::empty({batch, 3, height, width}, d.options()) : at::empty({0}, d.options());
    const float strength = static_cast<float>(strength_);
    at::parallel_for(0, batch, 1, [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; ++n) {
            const float* __restrict dn = d.data_ptr<float>() + n * channels;
            const float* __restrict bn = bias.data_ptr<float>();
            const float* __restrict sn = scaled ? s.data_ptr<float>() + n * channels : nullptr;
            const float* __restrict wn = colour ? wr.data_ptr<float>() + n * 3 * channels : nullptr;
            const float* noises = noise.data_ptr<float>() + (noise.size(0) > 1 ? n : 0) * height * width;
            for (int64_t row = 0; row < height; ++row) {
                for (int64_t column = 0; column < width; ++column) {
                    const int64_t pixel = row * width + column, at = (n * height * width + pixel) * channels;
                    const uint16_t* __restrict yp = halves(y) + place(up, n, row, column, height, width, channels);
                    uint16_t* __restrict ap = halves_mut(a) + at;
                    const float add = strength * noises[pixel];
                    for (int64_t c = 0; c < channels; ++c) {
                        const float v = widen(yp[c]) * dn[c] + (add + bn[c]);
                        ap[c] = narrow((v > 0 ? v : v * kSlope) * kGain);
                    }
                    if (scaled) {
                        uint16_t* __restrict xp = halves_mut(xs) + at;
                        for (int64_t c = 0; c < channels; ++c) xp[c] = narrow(widen(ap[c]) * sn[c]);
                    }
                    if (colour) {
                        float r = 0, g = 0, b = 0;
                        for (int64_t c = 0; c < channels; ++c) {
                            const float value = widen(ap[c]);
                            r += value * wn[c];
                            g += value * wn[channels + c];
                            b += value * wn[2 * channels + c];
                        }
                        float* out = rgb.data_ptr<float>() + n * 3 * height * width + pixel;
                        out[0] = r;
                        out[height * width] = g;
                        out[2 * height * width] = b;
                    }
                }
            }
        }
    });
    return {a, xs, rgb};
}

// gxs, grgb: gradients of xs and rgb, or empty. Returns those of y, d, bias, strength, s, wr.
std::vector<at::Tensor> backward(at::Tensor gxs_, at::Tensor grgb_, at::Tensor a, at::Tensor d, at::Tensor bias,
                                 at::Tensor noise, double strength_, at::Tensor s, at::Tensor wr, bool up) {
    const int64_t batch = a.size(0), channels = a.size(1), height = a.size(2), width = a.size(3);
    const bool scaled = gxs_.numel() > 0, colour = grgb_.numel() > 0;
    const auto gxs = scaled ? gxs_.contiguous(at::MemoryFormat::ChannelsLast) : gxs_;
    const auto grgb = colour ? grgb_.contiguous() : grgb_;
    auto gy = up ? activations(batch, 4 * channels, height / 2, width / 2)
                 : activations(batch, channels, height, width);
    auto gd = at::zeros({batch, channels}, d.options()), gb = at::zeros({batch, channels}, d.options());
    auto gs = at::zeros(s.sizes(), d.options()), gwr = at::zeros(wr.sizes(), d.options());
    auto gstrength = at::zeros({batch}, d.options());
    const float strength = static_cast<float>(strength_);
    at::parallel_for(0, batch, 1, [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; ++n) {
            const float* __restrict dn = d.data_ptr<float>() + n * channels;
            const float* __restrict bn = bias.data_ptr<float>();
            const float* __restrict sn = scaled ? s.data_ptr<float>() + n * channels : nullptr;
            const float* __restrict wn = colour ? wr.data_ptr<float>() + n * 3 * channels : nullptr;
            float* __restrict gdn = gd.data_ptr<float>() + n * channels;
            float* __restrict gbn = gb.data_ptr<float>() + n * channels;
            float* __restrict gsn = scaled ? gs.data_ptr<float>() + n * channels : nullptr;
            float* __restrict gwn = colour ? gwr.data_ptr<float>() + n * 3 * channels : nullptr;
            const float* noises = noise.data_ptr<float>() + (noise.size(0) > 1 ? n : 0) * height * width;
            float ga[kMaxChannels];
            double by_noise = 0;
            for (int64_t row = 0; row < height; ++row) {
                for (int64_t column = 0; column < width; ++column) {
                    const int64_t pixel = row * width + column, at = (n * height * width + pixel) * channels;
                    const uint16_t* __restrict ap = halves(a) + at;
                    if (scaled) {
                        const uint16_t* __restrict gp = halves(gxs) + at;
                        for (int64_t c = 0; c < channels; ++c) {
                            const float g = widen(gp[c]);
                            gsn[c] += g * widen(ap[c]);
                            ga[c] = g * sn[c];
                        }
                    } else {
                        for (int64_t c = 0; c < channels; ++c) ga[c] = 0;
                    }
                    if (colour) {
                        const float* in = grgb.data_ptr<float>() + n * 3 * height * width + pixel;
                        const float r = in[0], g = in[height * width], b = in[2 * height * width];
                        for (int64_t c = 0; c < channels; ++c) {
                            const float value = widen(ap[c]);
                            ga[c] += r * wn[c] + g * wn[channels + c] + b * wn[2 * channels + c];
                            gwn[c] += r * value;
                            gwn[channels + c] += g * value;
                            gwn[2 * channels + c] += b * value;
                        }
                    }
                    uint16_t* __restrict yp = halves_mut(gy) + place(up, n, row, column, height, width, channels);
                    const float add = strength * noises[pixel];
                    float sum = 0;
                    for (int64_t c = 0; c < channels; ++c) {
                        const float value = widen(ap[c]);
                        const float gv = ga[c] * (value > 0 ? kGain : kGain * kSlope);
                        const float v = value * (value > 0 ? 1 / kGain : 1 / (kGain * kSlope));
                        sum += gv;
                        gbn[c] += gv;
                        gdn[c] += gv * (v - (add + bn[c]));
                        yp[c] = narrow(gv * dn[c]);
                    }
                    by_noise += static_cast<double>(sum) * noises[pixel];
                }
            }
            for (int64_t c = 0; c < channels; ++c) gdn[c] /= dn[c];
            gstrength.data_ptr<float>()[n] = static_cast<float>(by_noise);
        }
    });
    return {gy, gd, gb.sum(0), gstrength.sum(), gs, gwr};
}

// The weights of an up-sampling convolution, w [O, I, 3, 3], to those of its four phases, [4 O, I, 3, 3] in bfloat16
// and channels last; and gradients the other way. Along one axis phase p's tap a is the sum over j of
// kRows[p][a][j] w[j].
namespace {

constexpr float kRows[2][3][3] = {
    {{0.f, 0.25f, 0.75f}, {0.75f, 0.75f, 0.25f}, {0.25f, 0.f, 0.f}},
    {{0.f, 0.f, 0.25f}, {0.25f, 0.75f, 0.75f}, {0.75f, 0.25f, 0.f}},
};

}  // namespace

at::Tensor phases(at::Tensor w_) {
    const auto w = w_.contiguous();
    const int64_t outputs = w.size(0), inputs = w.size(1);
    auto result = activations(4 * outputs, inputs, 3, 3);
    at::parallel_for(0, outputs, 8, [&](int64_t begin, int64_t end) {
        float in[9][kMaxChannels];
        for (int64_t o = begin; o < end; ++o) {
            const float* wp = w.data_ptr<float>() + o * inputs * 9;
            for (int64_t i = 0; i < inputs; ++i)
                for (int t = 0; t < 9; ++t) in[t][i] = wp[i * 9 + t];
            for (int phase = 0; phase < 4; ++phase) {
                for (int tap = 0; tap < 9; ++tap) {
                    float sum[kMaxChannels] = {};
                    for (int t = 0; t < 9; ++t) {
                        const float c = kRows[phase / 2][tap / 3][t / 3] * kRows[phase % 2][tap % 3][t % 3];
                        if (c != 0)
                            for (int64_t i = 0; i < inputs; ++i) sum[i] += c * in[t][i];
                    }
                    uint16_t* out = halves_mut(result) + ((phase * outputs + o) * 9 + tap) * inputs;
                    for (int64_t i = 0; i < inputs; ++i) out[i] = narrow(sum[i]);
                }
            }
        }
    });
    return result;
}

at::Tensor phases_backward(at::Tensor g_) {
    const auto g = g_.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t outputs = g.size(0) / 4, inputs = g.size(1);
    auto options = g.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous);
    auto result = at::empty({outputs, inputs, 3, 3}, options);
    at::parallel_for(0, outputs, 8, [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o) {
            float sum[9][kMaxChannels] = {};
            for (int phase = 0; phase < 4; ++phase) {
                for (int tap = 0; tap < 9; ++tap) {
                    const uint16_t* gp = halves(g) + ((phase * outputs + o) * 9 + tap) * inputs;
                    for (int t = 0; t < 9; ++t) {
                        const float c = kRows[phase / 2][tap / 3][t / 3] * kRows[phase % 2][tap % 3][t % 3];
                        if (c != 0)
                            for (int64_t i = 0; i < inputs; ++i) sum[t][i] += c * widen(gp[i]);
                    }
                }
            }
            float* out = result.data_ptr<float>() + o * inputs * 9;
            for (int64_t i = 0; i < inputs; ++i)
                for (int t = 0; t < 9; ++t) out[i * 9 + t] = sum[t][i];
        }
    });
    return result;
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
    module.def("forward", &forward);
    module.def("backward", &backward);
    module.def("phases", &phases);
    module.def("phases_backward", &phases_backward);
}
