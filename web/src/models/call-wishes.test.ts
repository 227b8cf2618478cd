import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals-core';
import { keepLowData, setLowData, switchCamera } from './low-data.ts';
import { switchMicrophone, watchMicrophone } from './own-microphone.ts';
import type { CallState } from '../calls/door.ts';

function call() {
  const microphone = signal(false);
  const camera = signal(false);
  const audioOnly = signal(false);
  const state = signal<CallState>('live');
  const asked: string[] = [];
  return {
    microphone,
    camera,
    audioOnly,
    state,
    asked,
    setMicrophone: async (on: boolean) => {
      microphone.value = on;
    },
    setCamera: async (on: boolean) => {
      asked.push(`camera ${on}`);
      camera.value = on;
    },
    setAudioOnly: async (on: boolean) => {
      asked.push(`audio only ${on}`);
      audioOnly.value = on;
      if (on) camera.value = false;
    },
  };
}

test('a microphone that somebody else turns off is told, the own wish is not', async () => {
  const one = call();
  let taken = 0;
  const stop = watchMicrophone(one, () => {
    taken += 1;
  });
  await switchMicrophone(one, true);
  await switchMicrophone(one, false);
  assert.equal(taken, 0);
  await switchMicrophone(one, true);
  one.microphone.value = false;
  assert.equal(taken, 1);
  stop();
});

test('a microphone that was on from the start counts, one that goes with the connection does not', () => {
  const one = call();
  let taken = 0;
  const stop = watchMicrophone(one, () => {
    taken += 1;
  });
  one.microphone.value = true;
  one.state.value = 'reconnecting';
  one.microphone.value = false;
  one.microphone.value = true;
  one.state.value = 'live';
  assert.equal(taken, 0);
  one.microphone.value = false;
  assert.equal(taken, 1);
  stop();
});

test('a wish that failed is no wish', async () => {
  const one = { ...call(), setMicrophone: () => Promise.reject(new Error('busy')) };
  let taken = 0;
  const stop = watchMicrophone(one, () => {
    taken += 1;
  });
  one.microphone.value = true;
  await assert.rejects(switchMicrophone(one, false), /busy/);
  one.microphone.value = false;
  assert.equal(taken, 1);
  stop();
});

test('low data takes the camera and gives it back only when it was on', async () => {
  const one = call();
  await setLowData(one, true);
  await setLowData(one, false);
  assert.equal(one.camera.value, false);
  await switchCamera(one, true);
  await setLowData(one, true);
  assert.equal(one.camera.value, false);
  await setLowData(one, false);
  assert.equal(one.camera.value, true);
});

test('turning the camera on ends low data', async () => {
  const one = call();
  await setLowData(one, true);
  await switchCamera(one, true);
  assert.deepEqual([one.audioOnly.value, one.camera.value], [false, true]);
});

test('who comes in with sound alone is asked about those already there, each time the call becomes live', () => {
  const one = call();
  one.audioOnly.value = true;
  one.state.value = 'connecting';
  const stop = keepLowData(one, (error) => assert.ifError(error));
  assert.deepEqual(one.asked, []);
  one.state.value = 'live';
  one.state.value = 'reconnecting';
  one.state.value = 'live';
  assert.deepEqual(one.asked, ['audio only true', 'audio only true']);
  stop();
});
