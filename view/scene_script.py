"""What a page draws with: WebGL 2 shaders, the camera, the arithmetic of stress. Plain JavaScript, no library."""

from __future__ import annotations

from typing import Final

SHADERS: Final = r"""
const SKIN_VERTEX = `#version 300 es
in vec3 rest, move, normal; in float value;
uniform mat4 view; uniform float scale; out vec3 n; out float v;
void main() { gl_Position = view * vec4(rest + scale * move, 1.0); n = normal; v = value; }`;
const SKIN_PIXEL = `#version 300 es
precision highp float;
in vec3 n; in float v;
uniform vec3 eye; uniform vec2 ends; uniform float lit, load; uniform sampler2D colours; uniform int pick;
out vec4 colour;
void main() {
  if (pick == 1) {
    uint bits = floatBitsToUint(load * v);
    colour = vec4(float(bits & 255u), float((bits >> 8) & 255u), float((bits >> 16) & 255u), float(bits >> 24)) / 255.0;
    return;
  }
  float share = clamp((load * v - ends.x) / (ends.y - ends.x), 0.0, 1.0);
  float light = lit > 0.5 ? min(1.0, 0.5 + 0.55 * abs(dot(normalize(n), eye))) : 1.0;
  colour = vec4(light * texture(colours, vec2((255.0 * share + 0.5) / 256.0, 0.5)).rgb, 1.0);
}`;
const FLUID_PIXEL = `#version 300 es
precision highp float;
in vec3 n; in float v; uniform vec3 eye; uniform vec4 tint; out vec4 colour;
void main() {
  float light = length(n) > 0.1 ? min(1.0, 0.62 + 0.4 * abs(dot(normalize(n), eye))) : 1.0;
  colour = vec4(light * tint.rgb, tint.a);
}`;
const LINE_VERTEX = `#version 300 es
in vec3 a, b, moveA, moveB; in vec2 corner;
uniform mat4 view; uniform float scale, width, lift; uniform vec2 size;
void main() {
  vec4 p = view * vec4(a + scale * moveA, 1.0), q = view * vec4(b + scale * moveB, 1.0);
  vec2 along = (q.xy / q.w - p.xy / p.w) * size;
  along = length(along) > 0.0001 ? normalize(along) : vec2(1.0, 0.0);
  vec4 at = mix(p, q, corner.x);
  vec2 side = vec2(-along.y, along.x) * corner.y + along * (2.0 * corner.x - 1.0) * 0.5;
  at.xy += side * width / size * at.w;
  at.z -= lift * at.w;
  gl_Position = at;
}`;
const LINE_PIXEL = `#version 300 es
precision highp float;
uniform vec3 tint; out vec4 colour;
void main() { colour = vec4(tint, 1.0); }`;
"""

CORE: Final = r"""
const S = JSON.parse(document.getElementById('scene').textContent);
const $ = name => document.getElementById(name);

async function unpack(packed) {
  const letters = atob(packed.data), raw = new Uint8Array(letters.length);
  for (let i = 0; i < raw.length; i++) raw[i] = letters.charCodeAt(i);
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate'));
  const bytes = await new Response(stream).arrayBuffer();
  if (packed.kind === 'u4') return new Uint32Array(bytes);
  const whole = packed.kind === 'i2' ? new Int16Array(bytes) : new Int8Array(bytes);
  const values = new Float32Array(whole.length), step = packed.step, last = step.length;
  for (let k = 0; k < last; k++)
    for (let i = k; i < whole.length; i += last) values[i] = whole[i] * step[k];
  return values;
}

// stress in the order xx, yy, zz, yz, xz, xy
function principal(s, i, out) {
  const m = (s[i] + s[i + 1] + s[i + 2]) / 3, a = s[i] - m, b = s[i + 1] - m, c = s[i + 2] - m;
  const yz = s[i + 3], xz = s[i + 4], xy = s[i + 5];
  const p = Math.sqrt((a * a + b * b + c * c + 2 * (yz * yz + xz * xz + xy * xy)) / 6);
  if (p === 0) { out[0] = out[1] = out[2] = m; return; }
  const det = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz);
  const angle = Math.acos(Math.max(-1, Math.min(1, det / (2 * p * p * p)))) / 3;
  out[0] = m + 2 * p * Math.cos(angle);
  out[2] = m + 2 * p * Math.cos(angle + 2 * Math.PI / 3);
  out[1] = 3 * m - out[0] - out[2];
}
const three = [0, 0, 0];
const MEASURES = {
  'max principal': (s, i) => (principal(s, i, three), three[0]),
  'mid principal': (s, i) => (principal(s, i, three), three[1]),
  'min principal': (s, i) => (principal(s, i, three), three[2]),
  'von mises': (s, i) => Math.sqrt(0.5 * ((s[i] - s[i + 1]) ** 2 + (s[i + 1] - s[i + 2]) ** 2 +
    (s[i + 2] - s[i]) ** 2) + 3 * (s[i + 3] ** 2 + s[i + 4] ** 2 + s[i + 5] ** 2)),
  'tresca': (s, i) => (principal(s, i, three), three[0] - three[2]),
  'pressure': (s, i) => -(s[i] + s[i + 1] + s[i + 2]) / 3,
  'stress xx': (s, i) => s[i], 'stress yy': (s, i) => s[i + 1], 'stress zz': (s, i) => s[i + 2],
  'stress yz': (s, i) => s[i + 3], 'stress xz': (s, i) => s[i + 4], 'stress xy': (s, i) => s[i + 5],
};

// a state is what the body has without its chambers plus each chamber's pressure times what 1 Pa in it makes
function combine(out, base, units, pressures) {
  out.set(base);
  const n = out.length;
  for (let c = 0; c < pressures.length; c++) {
    const p = pressures[c], start = c * n;
    if (p !== 0) for (let i = 0; i < n; i++) out[i] += p * units[start + i];
  }
}

// one chamber moved: its own share is added, which is all that changes
function added(out, units, c, more) {
  const n = out.length, start = c * n;
  for (let i = 0; i < n; i++) out[i] += more * units[start + i];
}

function program(gl, vertex, pixel) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, pixel]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text); gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
  const at = {};
  for (let i = 0; i < gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS); i++) {
    const name = gl.getActiveUniform(made, i).name;
    at[name] = gl.getUniformLocation(made, name);
  }
  return { made, at, input: name => gl.getAttribLocation(made, name) };
}

function buffer(gl, data, kind) {
  const made = gl.createBuffer();
  gl.bindBuffer(kind || gl.ARRAY_BUFFER, made);
  gl.bufferData(kind || gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  return made;
}

function feed(gl, where, made, width, stride, offset, each) {
  if (where < 0) return;
  gl.bindBuffer(gl.ARRAY_BUFFER, made);
  gl.enableVertexAttribArray(where);
  gl.vertexAttribPointer(where, width, gl.FLOAT, false, 4 * (stride || 0), 4 * (offset || 0));
  gl.vertexAttribDivisor(where, each || 0);
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const HALF = Math.tan(13 * Math.PI / 180);

class Camera {
  constructor() { this.focus = [0, 0, 0]; this.half = 0.6; this.turn(...S.eye); this.perspective = S.perspective; }
  turn(azimuth, height) {
    this.azimuth = azimuth; this.height = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, height));
    const a = this.azimuth, h = this.height;
    this.eye = [Math.cos(a) * Math.cos(h), Math.sin(a) * Math.cos(h), Math.sin(h)];
    this.right = [-Math.sin(a), Math.cos(a), 0];
    this.up = [-Math.cos(a) * Math.sin(h), -Math.sin(a) * Math.sin(h), Math.cos(h)];
  }
  seen(p) {
    const q = [p[0] - this.focus[0], p[1] - this.focus[1], p[2] - this.focus[2]], depth = dot(q, this.eye);
    const w = this.perspective ? 1 - depth * HALF / this.half : 1;
    return [dot(q, this.right) / w, dot(q, this.up) / w, depth];
  }
  matrix(aspect) {
    const { eye, right, up, focus, half } = this, d = half / HALF;
    const rows = [right.map(x => x / (half * aspect)), up.map(x => x / half)];
    let z, w, z0 = 0, w0 = 1;
    if (this.perspective) {
      const near = 0.04, far = 1 + 4 / d, b = 2 / (1 / far - 1 / near), a = 1 - b / far;
      w = eye.map(x => -x / d); z = w.map(x => a * x); z0 = a + b;
    } else { w = [0, 0, 0]; z = eye.map(x => -x / 3); }
    rows.push(z, w);
    const off = rows.map((row, i) => -dot(row, focus) + [0, 0, z0, w0][i]);
    const m = new Float32Array(16);
    for (let i = 0; i < 4; i++) { for (let j = 0; j < 3; j++) m[4 * j + i] = rows[i][j]; m[12 + i] = off[i]; }
    return m;
  }
  fit(points, move, scale, aspect) {
    for (let turn = 0; turn < 6; turn++) {
      let low = [1e9, 1e9], high = [-1e9, -1e9];
      for (let i = 0; i < points.length; i += 3) {
        const s = this.seen([points[i] + scale * move[i], points[i + 1] + scale * move[i + 1],
          points[i + 2] + scale * move[i + 2]]);
        for (let k = 0; k < 2; k++) { low[k] = Math.min(low[k], s[k]); high[k] = Math.max(high[k], s[k]); }
      }
      const x = (low[0] + high[0]) / 2, y = (low[1] + high[1]) / 2;
      for (let k = 0; k < 3; k++) this.focus[k] += x * this.right[k] + y * this.up[k];
      this.half = 0.58 * Math.max(high[1] - low[1] + 0.06, (high[0] - low[0] + 0.04) / aspect);
      if (!this.perspective) break;
    }
  }
}
"""
