import { batch, signal } from '@preact/signals-core';
import { ConnectionState, ParticipantEvent, Room, RoomEvent, Track } from 'livekit-client';
import type { DisconnectReason, Participant as LivekitParticipant, RemoteTrack } from 'livekit-client';
import { endOf, failureState, isOver, makeRoom } from './call-room.ts';
import { participantOf, requestsOf, sharesEpochs, takePictures } from './call-participants.ts';
import { CallWords } from './call-words.ts';
import type {
  Call,
  CallPerson,
  CallState,
  DeviceKind,
  JoinOptions,
  LobbyRequest,
  Privacy,
  TakenStill,
} from './door.ts';
import type { MediaKey } from './element-call-keys.ts';
import type { CallSide, Entrance } from './entrance.ts';
import type { Epoch, Participant } from './epochs.ts';
import { MediaKeys } from './media-keys.ts';
import { chooseDevice, chosenDevices, switchCamera, turnOn } from './own-devices.ts';
import { peopleOf, privacyOf } from './people-of-call.ts';
import type { Known } from './people-of-call.ts';
import { takePicture } from './still-camera.ts';
import { sealedAtMost } from './still-picture.ts';
import { Stills } from './stills.ts';
import { decodedOf, Readability } from './readability.ts';
import { TrafficMeter } from './traffic-meter.ts';

export interface LiveCallParts {
  readonly entrance: Entrance;
  readonly options: JoinOptions;
  readonly title: string;
  /** How a member looks in this app: name and picture by user id. */
  readonly known: (userId: string) => Known | undefined;
  readonly now: () => number;
  readonly startE2eeWorker: () => Worker;
  readonly addTraffic: (received: number, sent: number) => void;
}

const topic = 'majlis.state';
const stillTopic = 'majlis.still';
/** How long a change of key may take until somebody who has not shown the new one is named; milliseconds. */
const changeTime = 8000;
/** A call that was live for less is not begun anew by itself when it is lost: it would only be lost again; milliseconds. */
const worthwhile = 10_000;

export class LiveCall implements Call {
  readonly state = signal<CallState>('connecting');
  readonly title;
  readonly people = signal<readonly CallPerson[]>([]);
  readonly activeSpeaker = signal<string | undefined>(undefined);
  readonly waiting = signal<readonly LobbyRequest[]>([]);
  readonly privacy = signal<Privacy>({ encrypted: false, people: [] });
  readonly startedAt = signal<number | undefined>(undefined);
  readonly kbits = signal(0);
  readonly bytes = signal(0);
  readonly linkShare = signal<number | undefined>(undefined);
  readonly microphone = signal(false);
  readonly camera = signal(false);
  readonly screen = signal(false);
  readonly hand = signal(false);
  readonly audioOnly = signal(false);
  readonly soundBlocked = signal(false);
  readonly stillAtMost = sealedAtMost;
  private readonly parts: LiveCallParts;
  private readonly keys = new MediaKeys();
  private readonly worker: Worker;
  private readonly room: Room;
  private readonly words: CallWords;
  private readonly stills: Stills;
  private readonly readability: Readability;
  private readonly meter: TrafficMeter;
  private readonly stops: (() => void)[] = [];
  /** As the server named this participant. */
  private identity = '';
  private epoch: Epoch | undefined;
  private epochSince = 0;
  private drawing = false;
  private leaving = false;
  /** To come in again as soon as that interrupts nothing. */
  private moving = false;
  /** The devices that were wanted at first have been turned on, as far as they work. */
  private settled = false;
  private finished: Promise<void> | undefined;
  /** How one was when the line broke, or the call ended. */
  private lastOptions: JoinOptions | undefined;

  constructor(parts: LiveCallParts) {
    this.parts = parts;
    this.title = signal(parts.title);
    this.audioOnly.value = parts.options.audioOnly === true;
    this.worker = parts.startE2eeWorker();
    this.room = makeRoom(parts.options, this.keys, this.worker);
    this.words = new CallWords({
      now: parts.now,
      ownIdentity: () => this.identity,
      epochOf: (number) => this.keys.epochOf(number),
      send: (bytes, to) => this.send(bytes, to),
      others: () => this.sharers(),
      changed: () => {
        this.giveStill();
        this.draw();
      },
    });
    this.stills = new Stills({
      now: parts.now,
      ownIdentity: () => this.identity,
      epoch: () => this.keys.inUse,
      epochOf: (number) => this.keys.epochOf(number),
      ready: () => this.sharers().filter((one) => this.words.shows(one, this.keys.inUse?.number ?? -1)),
      send: (bytes, to) => this.sendStill(bytes, to),
      changed: () => this.draw(),
    });
    this.readability = new Readability({
      now: parts.now,
      decoded: (identity) => decodedOf(this.room.remoteParticipants.get(identity)),
      changed: () => this.draw(),
      keyMissing: () => parts.entrance.keyMissing(),
    });
    this.meter = new TrafficMeter(this.room, ({ kbits, received, sent, share }) => {
      this.kbits.value = kbits;
      this.linkShare.value = share;
      this.count(received, sent);
    });
    this.stops.push(parts.entrance.lobby.subscribe((guests) => this.showLobby(guests)));
  }

  async start(): Promise<void> {
    try {
      this.listen();
      const way = await this.parts.entrance.enter(this.side(), () => {
        if (!this.leaving) this.state.value = 'waiting';
      });
      if (this.leaving) return;
      this.state.value = 'connecting';
      this.identity = way.identity;
      await this.room.setE2EEEnabled(true);
      if (this.leaving) return;
      await this.room.connect(way.url, way.token, { autoSubscribe: true });
      // Left meanwhile: nobody may stay behind in the meeting.
      if (this.leaving) return await this.room.disconnect(true);
      this.state.value = 'live';
      this.startedAt.value = this.parts.now();
      this.parts.entrance.entered();
      for (const one of this.room.remoteParticipants.values()) this.meet(one);
      this.meter.start();
      this.draw();
      await this.publishFirst();
      this.settled = true;
      this.draw();
    } catch (thrown) {
      if (!isOver(this.state.value)) await this.finish(failureState(thrown));
    }
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.wish({ microphone: on });
    await this.room.localParticipant.setMicrophoneEnabled(on);
    this.draw();
  }

  async setCamera(on: boolean): Promise<void> {
    this.wish({ camera: on });
    await this.room.localParticipant.setCameraEnabled(on);
    if (on) await this.removeStill();
    this.draw();
  }

  async setScreen(on: boolean): Promise<void> {
    await this.room.localParticipant.setScreenShareEnabled(on, { audio: false, contentHint: 'detail' });
    this.draw();
  }

  async setHand(on: boolean): Promise<void> {
    this.hand.value = on;
    await this.words.raise(on);
    this.draw();
  }

  async setAudioOnly(on: boolean): Promise<void> {
    this.audioOnly.value = on;
    this.wish({ audioOnly: on });
    if (on && this.camera.value) await this.setCamera(false);
    takePictures(this.room, !on);
    this.draw();
  }

  async takeStill(): Promise<TakenStill> {
    const bytes = await takePicture(this.room.getActiveDevice('videoinput'));
    return {
      picture: new Blob([bytes], { type: 'image/jpeg' }),
      cost: await this.stills.cost(bytes),
      show: () => this.stills.show(bytes),
    };
  }

  async removeStill(): Promise<void> {
    await this.stills.show(new Uint8Array());
  }

  async switchCamera(): Promise<void> {
    await switchCamera(this.room);
    this.draw();
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    await chooseDevice(this.room, kind, id);
  }

  async startSound(): Promise<void> {
    await this.room.startAudio();
    this.soundBlocked.value = !this.room.canPlaybackAudio;
  }

  async admit(guestId: string): Promise<void> {
    await this.parts.entrance.decide(guestId, true);
  }

  async admitAll(): Promise<void> {
    for (const guest of this.waiting.value) await this.admit(guest.id);
  }

  async refuse(guestId: string): Promise<void> {
    await this.parts.entrance.decide(guestId, false);
  }

  async remove(personId: string): Promise<void> {
    await this.parts.entrance.remove(personId);
  }

  async mute(personId: string): Promise<void> {
    await this.parts.entrance.mute(personId);
  }

  options(): JoinOptions {
    return this.lastOptions ?? this.optionsNow();
  }

  async leave(): Promise<void> {
    await this.finish('ended');
  }

  private side(): CallSide {
    return {
      ownIdentity: () => this.identity,
      participants: () => this.participants(),
      adopt: (epoch) => this.inBackground(this.adopt(epoch)),
      adoptKey: (identity, key) => this.inBackground(this.adoptKey(identity, key)),
      gave: (identity, epoch) => this.words.note(identity, epoch),
      shows: (identity, epoch) => this.words.shows(identity, epoch),
      turned: (away) => void this.finish(away),
      comeAgain: () => {
        this.moving = true;
        this.draw();
      },
    };
  }

  /** Those of the others who have the key of the meeting itself: not members in Element Call. */
  private sharers(): string[] {
    return [...this.room.remoteParticipants.values()].filter(sharesEpochs).map(({ identity }) => identity);
  }

  /** While the connection is being made anew others seem to be gone: then nothing may be concluded from who is there. */
  private participants(): Participant[] {
    if (this.room.state !== ConnectionState.Connected) return [];
    return [this.room.localParticipant, ...this.room.remoteParticipants.values()].map(participantOf);
  }

  private async adopt(epoch: Epoch): Promise<void> {
    if (this.leaving) return;
    this.epoch = epoch;
    this.epochSince = this.parts.now();
    await this.keys.use(epoch, this.identity, this.sharers(), () => {
      this.words.use(epoch);
      this.giveStill();
      this.draw();
    });
    this.draw();
  }

  private async adoptKey(identity: string, key: MediaKey): Promise<void> {
    await this.keys.take(identity, key);
    this.draw();
  }

  private inBackground(work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      console.warn('A key is missing.', thrown instanceof Error ? thrown.message : thrown);
    });
  }

  private listen(): void {
    const { room } = this;
    room
      .on(RoomEvent.ParticipantConnected, (participant) => {
        this.meet(participant);
        this.parts.entrance.participantsChanged('came');
        this.words.came();
        this.draw();
      })
      .on(RoomEvent.ParticipantDisconnected, (participant) => {
        this.words.gone(participant.identity);
        this.stills.gone(participant.identity);
        this.readability.gone(participant.identity);
        this.parts.entrance.participantsChanged('went');
        this.draw();
      })
      .on(RoomEvent.TrackSubscribed, (track) => this.play(track))
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        if (track.kind === Track.Kind.Audio) for (const element of track.detach()) element.remove();
      })
      .on(RoomEvent.TrackPublished, (publication) => {
        if (this.audioOnly.value && publication.source === Track.Source.Camera)
          publication.setSubscribed(false);
      })
      .on(RoomEvent.DataReceived, (payload, participant, _kind, received) => {
        if (participant === undefined) return;
        if (received === topic) void this.words.hear(participant.identity, payload);
        if (received === stillTopic) this.hearStill(participant, payload);
      })
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => this.heard(speakers))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => {
        this.soundBlocked.value = !room.canPlaybackAudio;
      })
      .on(RoomEvent.Reconnecting, () => {
        if (this.leaving) return;
        this.state.value = 'reconnecting';
        // From here on tracks come and go by themselves.
        this.lastOptions ??= this.optionsNow();
      })
      .on(RoomEvent.Reconnected, () => {
        if (this.leaving) return;
        this.state.value = 'live';
        this.lastOptions = undefined;
        this.parts.entrance.participantsChanged('came');
        this.words.came();
        this.draw();
      })
      .on(RoomEvent.EncryptionError, (_error, participant) => {
        if (participant !== undefined && participant !== room.localParticipant)
          this.readability.failed(participant.identity);
      })
      .on(RoomEvent.Disconnected, (reason) => void this.finish(this.endAfter(reason)));
    const changes = [
      RoomEvent.TrackMuted,
      RoomEvent.TrackUnmuted,
      RoomEvent.TrackSubscribed,
      RoomEvent.TrackUnsubscribed,
      RoomEvent.LocalTrackPublished,
      RoomEvent.LocalTrackUnpublished,
      RoomEvent.ConnectionQualityChanged,
      RoomEvent.ParticipantEncryptionStatusChanged,
      RoomEvent.ParticipantNameChanged,
    ] as const;
    for (const change of changes) room.on(change, () => this.draw());
  }

  private meet(participant: LivekitParticipant): void {
    if (sharesEpochs(participant)) this.inBackground(this.keys.meet(participant.identity));
    participant.on(ParticipantEvent.IsSpeakingChanged, () => this.draw());
  }

  /** Sounds play without an element on the screen. */
  private play(track: RemoteTrack): void {
    if (track.kind !== Track.Kind.Audio) return;
    const element = track.attach();
    element.hidden = true;
    document.body.append(element);
  }

  private heard(speakers: readonly LivekitParticipant[]): void {
    const own = this.room.localParticipant.identity;
    const loudest = speakers.find((speaker) => speaker.identity !== own);
    if (loudest !== undefined) this.activeSpeaker.value = loudest.identity;
    this.draw();
  }

  private async send(bytes: Uint8Array<ArrayBuffer>, to?: readonly string[]): Promise<void> {
    if (this.room.state !== ConnectionState.Connected) return;
    const named = to === undefined ? {} : { destinationIdentities: [...to] };
    await this.room.localParticipant.publishData(bytes, { reliable: true, topic, ...named });
  }

  private async sendStill(bytes: Uint8Array<ArrayBuffer>, to: readonly string[]): Promise<void> {
    await this.room.localParticipant.publishData(bytes, {
      reliable: true,
      topic: stillTopic,
      destinationIdentities: [...to],
    });
    this.count(0, bytes.length);
  }

  private hearStill(participant: LivekitParticipant, payload: Uint8Array): void {
    this.count(payload.length, 0);
    if (sharesEpochs(participant)) void this.stills.hear(participant.identity, payload);
  }

  private giveStill(): void {
    this.stills.give().catch((thrown: unknown) => {
      console.warn('The picture is shown later.', thrown instanceof Error ? thrown.message : thrown);
    });
  }

  private count(received: number, sent: number): void {
    this.bytes.value += received + sent;
    this.parts.addTraffic(received, sent);
  }

  private async publishFirst(): Promise<void> {
    const { microphone, camera } = this.parts.options;
    await turnOn(this.room, { microphone, camera: camera && !this.audioOnly.value }, () => this.leaving);
    this.soundBlocked.value = !this.room.canPlaybackAudio;
    this.draw();
  }

  private showLobby(guests: Entrance['lobby']['value']): void {
    this.waiting.value = requestsOf(guests, (guestId) => this.parts.entrance.hasProved(guestId));
  }

  /** Recomputes what screens see, once for all changes of this turn. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      if (isOver(this.state.value)) return;
      batch(() => this.drawNow());
      if (this.moving && this.mayMove()) void this.finish('moved');
    });
  }

  private drawNow(): void {
    const local = this.room.localParticipant;
    this.microphone.value = local.isMicrophoneEnabled;
    this.camera.value = local.isCameraEnabled;
    this.screen.value = local.isScreenShareEnabled;
    const people = peopleOf({
      room: this.room,
      before: this.people.value,
      words: this.words.said,
      epoch: this.epoch?.number,
      changing: this.parts.now() - this.epochSince < changeTime,
      ownHand: this.hand.value,
      unreadable: (identity) => this.readability.has(identity),
      still: (identity) => this.stills.of(identity),
      known: this.parts.known,
    });
    this.people.value = people;
    this.privacy.value = privacyOf(people, this.epoch !== undefined && this.room.isE2EEEnabled);
  }

  /** A media server that was started again knows nobody: all come in again. */
  private endAfter(reason: DisconnectReason | undefined): CallState {
    const state = endOf(reason);
    const lived = this.parts.now() - (this.startedAt.value ?? Infinity);
    return state === 'lost' && lived >= worthwhile ? 'moved' : state;
  }

  /** A shared screen could not be shared again without asking: it comes first. */
  private mayMove(): boolean {
    return this.settled && this.state.value === 'live' && !this.screen.value;
  }

  /** Said while the line is broken, it holds when one comes in again. */
  private wish(change: Partial<JoinOptions>): void {
    if (this.lastOptions !== undefined) this.lastOptions = { ...this.lastOptions, ...change };
  }

  private optionsNow(): JoinOptions {
    return {
      microphone: this.microphone.value,
      camera: this.camera.value,
      audioOnly: this.audioOnly.value,
      devices: chosenDevices(this.room),
    };
  }

  private finish(state: CallState): Promise<void> {
    this.finished ??= this.end(state);
    return this.finished;
  }

  private async end(state: CallState): Promise<void> {
    this.leaving = true;
    this.lastOptions ??= this.optionsNow();
    this.state.value = state;
    for (const stop of this.stops.splice(0)) stop();
    this.keys.stop();
    this.words.stop();
    this.readability.stop();
    this.meter.stop();
    // The room is told at once, even if the media server does not answer.
    const told = this.parts.entrance.leave();
    for (const done of await Promise.allSettled([told, this.room.disconnect(true)])) {
      if (done.status === 'rejected') console.warn('The others are told later.', done.reason);
    }
    this.worker.terminate();
  }
}
