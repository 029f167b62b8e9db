// The camera at the door: the browser's own decoder where it has one, else the vendored one, loaded when it is needed.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const PAUSE = 120, SAME = 6000;
  let stream = null, last = "", lastAt = 0;
  if (!navigator.mediaDevices?.getUserMedia || !$("door-scan")) return;
  $("door-scan").hidden = false;

  async function decoder() {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const native = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await native.detect(video))[0]?.rawValue;
    }
    if (!window.jsQR)
      await new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = document.body.dataset.decoder;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    const canvas = document.createElement("canvas");
    const drawn = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      // More pixels take longer and read no better.
      const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      drawn.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = drawn.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
    };
  }

  function seen(text) {
    const now = Date.now();
    if (text === last && now - lastAt < SAME) return void (lastAt = now);
    [last, lastAt] = [text, now];
    navigator.vibrate?.(80);
    window.doorScanned?.(text);
  }

  async function start() {
    try {
      $("door-scan-trouble").hidden = true;
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const read = await decoder();
      const video = $("door-video");
      video.srcObject = stream;
      $("door-view").hidden = false;
      $("door-scan-start").hidden = true;
      $("door-scan-stop").focus();
      await video.play();
      while (stream) {
        if (video.videoWidth) {
          const text = await read(video).catch(() => "");
          if (text && stream) seen(text);
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    } catch {
      stop();
      $("door-scan-trouble").hidden = false;
    }
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    $("door-view").hidden = true;
    $("door-scan-start").hidden = false;
    $("door-scan-start").focus();
  }

  $("door-scan-start").onclick = start;
  $("door-scan-stop").onclick = stop;
  document.addEventListener("visibilitychange", () => document.hidden && stream && stop());
})();
