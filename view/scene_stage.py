"""What a page does: drawing the scene, following the hand, sliders, the key. Plain JavaScript, no library."""

from __future__ import annotations

from typing import Final

STAGE: Final = r"""
class Stage {
  constructor(canvas, parts) {
    this.canvas = canvas; this.parts = parts; this.load = 1; this.factor = 1;
    this.show = { edges: true, fluids: true, glyphs: true };
    const gl = this.gl = canvas.getContext('webgl2', { antialias: true, preserveDrawingBuffer: false });
    if (!gl) throw new Error('this browser shows no WebGL 2');
    this.skin = program(gl, SKIN_VERTEX, SKIN_PIXEL);
    this.fluid = program(gl, SKIN_VERTEX, FLUID_PIXEL);
    this.line = program(gl, LINE_VERTEX, LINE_PIXEL);
    this.corner = buffer(gl, new Float32Array([0, -1, 0, 1, 1, -1, 1, 1]));
    this.colours = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    const table = Uint8Array.from(atob(S.colours), c => c.charCodeAt(0));
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, table);
    for (const name of ['TEXTURE_MIN_FILTER', 'TEXTURE_MAG_FILTER']) gl.texParameteri(gl.TEXTURE_2D, gl[name], gl.LINEAR);
    for (const name of ['TEXTURE_WRAP_S', 'TEXTURE_WRAP_T']) gl.texParameteri(gl.TEXTURE_2D, gl[name], gl.CLAMP_TO_EDGE);
    const p = parts, b = this.buffers = {};
    for (const name of ['points', 'normals', 'move', 'values', 'fluidPoints', 'fluidNormals', 'fluidMove', 'lines', 'lineMove'])
      b[name] = buffer(gl, p[name]);
    b.triangles = buffer(gl, p.triangles, gl.ELEMENT_ARRAY_BUFFER);
    b.fluidTriangles = buffer(gl, p.fluidTriangles, gl.ELEMENT_ARRAY_BUFFER);
    this.camera = new Camera();
    gl.enable(gl.DEPTH_TEST); gl.depthFunc(gl.LEQUAL); gl.clearColor(1, 1, 1, 1);
    this.resize(); this.home();
  }
  get scale() { return S.magnification * this.factor * this.load; }
  get aspect() { return this.canvas.width / this.canvas.height; }
  resize() {
    const ratio = window.devicePixelRatio || 1, c = this.canvas;
    c.width = Math.max(2, Math.round(c.clientWidth * ratio)); c.height = Math.max(2, Math.round(c.clientHeight * ratio));
  }
  home() {
    this.camera.focus = [0, 0, 0];
    this.camera.fit(this.parts.points, this.parts.move, this.scale, this.aspect);
  }
  refill(name) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.parts[name]);
  }
  use(shader, view) {
    const gl = this.gl, u = shader.at;
    gl.useProgram(shader.made);
    gl.uniformMatrix4fv(u.view, false, view);
    gl.uniform1f(u.scale, this.scale);
    if (u.eye) gl.uniform3fv(u.eye, this.camera.eye);
  }
  drawSkin(view, pick) {
    const gl = this.gl, s = this.skin, b = this.buffers;
    this.use(s, view);
    gl.uniform2fv(s.at.ends, S.ends); gl.uniform1f(s.at.lit, S.plane ? 0 : 1); gl.uniform1f(s.at.load, this.load);
    gl.uniform1i(s.at.pick, pick ? 1 : 0); gl.uniform1i(s.at.colours, 0);
    feed(gl, s.input('rest'), b.points, 3); feed(gl, s.input('move'), b.move, 3);
    feed(gl, s.input('normal'), b.normals, 3); feed(gl, s.input('value'), b.values, 1);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, b.triangles);
    gl.drawElements(gl.TRIANGLES, this.parts.triangles.length, gl.UNSIGNED_INT, 0);
  }
  drawLines(view) {
    const gl = this.gl, s = this.line, b = this.buffers, ratio = window.devicePixelRatio || 1;
    this.use(s, view);
    gl.uniform2f(s.at.size, this.canvas.width, this.canvas.height);
    feed(gl, s.input('corner'), this.corner, 2);
    for (const set of S.lineSets) {
      if (!set.count || !this.show[set.layer]) continue;
      gl.uniform1f(s.at.width, set.width * ratio); gl.uniform3fv(s.at.tint, set.colour); gl.uniform1f(s.at.lift, set.lift);
      const start = 6 * set.first;
      feed(gl, s.input('a'), b.lines, 3, 6, start, 1); feed(gl, s.input('b'), b.lines, 3, 6, start + 3, 1);
      feed(gl, s.input('moveA'), b.lineMove, 3, 6, start, 1); feed(gl, s.input('moveB'), b.lineMove, 3, 6, start + 3, 1);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, set.count);
    }
    for (const name of ['a', 'b', 'moveA', 'moveB']) gl.vertexAttribDivisor(s.input(name), 0);
  }
  drawFluids(view) {
    const gl = this.gl, s = this.fluid, b = this.buffers;
    if (!this.show.fluids || !S.fluids.length) return;
    this.use(s, view);
    feed(gl, s.input('rest'), b.fluidPoints, 3); feed(gl, s.input('move'), b.fluidMove, 3);
    feed(gl, s.input('normal'), b.fluidNormals, 3);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, b.fluidTriangles);
    gl.enable(gl.BLEND); gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE);
    gl.depthMask(false);
    if (!S.plane) gl.enable(gl.CULL_FACE);
    const far = S.fluids.slice().sort((x, y) => dot(x.middle, this.camera.eye) - dot(y.middle, this.camera.eye));
    for (const one of far) {
      gl.uniform4f(s.at.tint, ...one.colour, one.opacity);
      gl.drawElements(gl.TRIANGLES, one.count, gl.UNSIGNED_INT, 4 * one.first);
    }
    gl.disable(gl.CULL_FACE); gl.disable(gl.BLEND); gl.depthMask(true);
  }
  draw() {
    const gl = this.gl, view = this.camera.matrix(this.aspect);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.drawSkin(view, false); this.drawLines(view); this.drawFluids(view);
    if (this.after) this.after();
  }
  valueAt(x, y) {
    const gl = this.gl, c = this.canvas, ratio = window.devicePixelRatio || 1;
    if (!this.frame || this.frame.width !== c.width || this.frame.height !== c.height) {
      const made = { width: c.width, height: c.height, target: gl.createFramebuffer() };
      gl.bindFramebuffer(gl.FRAMEBUFFER, made.target);
      for (const [place, kind] of [[gl.COLOR_ATTACHMENT0, gl.RGBA8], [gl.DEPTH_ATTACHMENT, gl.DEPTH_COMPONENT24]]) {
        const store = gl.createRenderbuffer();
        gl.bindRenderbuffer(gl.RENDERBUFFER, store); gl.renderbufferStorage(gl.RENDERBUFFER, kind, c.width, c.height);
        gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, store);
      }
      this.frame = made;
    }
    const px = Math.round(x * ratio), py = c.height - 1 - Math.round(y * ratio), bits = new Uint8Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame.target);
    gl.viewport(0, 0, c.width, c.height);
    gl.enable(gl.SCISSOR_TEST); gl.scissor(px, py, 1, 1);
    gl.clearColor(1, 1, 1, 1); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.drawSkin(this.camera.matrix(this.aspect), true);
    gl.readPixels(px, py, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, bits);
    gl.disable(gl.SCISSOR_TEST); gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return new Float32Array(bits.buffer)[0];
  }
  place(p, move) {
    const s = this.scale, at = this.camera.seen([p[0] + s * move[0], p[1] + s * move[1], p[2] + s * move[2]]);
    const h = this.canvas.clientHeight, w = this.canvas.clientWidth, unit = h / (2 * this.camera.half);
    return [w / 2 + at[0] * unit, h / 2 - at[1] * unit];
  }
}

function follow(stage) {
  const canvas = stage.canvas, camera = stage.camera, held = new Map();
  const shift = (dx, dy) => {
    const unit = 2 * camera.half / canvas.clientHeight;
    for (let k = 0; k < 3; k++) camera.focus[k] += unit * (-dx * camera.right[k] + dy * camera.up[k]);
  };
  const closer = (factor, x, y) => {
    const dx = x - canvas.clientWidth / 2, dy = y - canvas.clientHeight / 2;
    shift(-dx * (1 - factor), -dy * (1 - factor));
    camera.half = Math.max(0.004, Math.min(6, camera.half * factor));
  };
  canvas.addEventListener('contextmenu', e => e.preventDefault());
  canvas.addEventListener('pointerdown', e => {
    canvas.setPointerCapture(e.pointerId); held.set(e.pointerId, [e.offsetX, e.offsetY]); $('value').hidden = true;
  });
  for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, e => held.delete(e.pointerId));
  canvas.addEventListener('pointermove', e => {
    const was = held.get(e.pointerId);
    if (!was) { hover(e); return; }
    const now = [e.offsetX, e.offsetY], dx = now[0] - was[0], dy = now[1] - was[1];
    if (held.size === 2) {
      const other = [...held.entries()].find(([id]) => id !== e.pointerId)[1];
      const before = Math.hypot(was[0] - other[0], was[1] - other[1]), after = Math.hypot(now[0] - other[0], now[1] - other[1]);
      closer(before / Math.max(after, 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      shift(dx / 2, dy / 2);
    } else if (S.plane || e.shiftKey || e.buttons & 6) shift(dx, dy);
    else camera.turn(camera.azimuth - 0.008 * dx, camera.height + 0.008 * dy);
    held.set(e.pointerId, now); ask(stage);
  });
  canvas.addEventListener('wheel', e => {
    e.preventDefault(); closer(Math.exp(0.0012 * e.deltaY), e.offsetX, e.offsetY); ask(stage);
  }, { passive: false });
  canvas.addEventListener('dblclick', () => { camera.turn(...S.eye); stage.home(); ask(stage); });
  canvas.addEventListener('keydown', e => {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[e.key];
    if (step && !S.plane) {
      camera.turn(camera.azimuth + step[0], camera.height + step[1]); ask(stage); e.preventDefault();
    }
    if (e.key === '+' || e.key === '-') {
      closer(e.key === '+' ? 0.9 : 1 / 0.9, canvas.clientWidth / 2, canvas.clientHeight / 2); ask(stage);
    }
  });
  canvas.addEventListener('pointerleave', () => { $('value').hidden = true; });
  function hover(e) {
    const value = stage.valueAt(e.offsetX, e.offsetY), box = $('value');
    box.hidden = !Number.isFinite(value);
    if (box.hidden) return;
    box.textContent = stress(value); box.style.left = e.offsetX + 14 + 'px'; box.style.top = e.offsetY + 10 + 'px';
  }
}

let asked = false;
function ask(stage) {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; stage.draw(); });
}
"""
