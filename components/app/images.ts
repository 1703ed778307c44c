import * as local from "@pulumi/command/local";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { PARTS, type BuildSettings, type Part, type RegistryLogin } from "../../config/settings";
import type { DockerEngine } from "../../machine/docker";
import type { Proxies } from "../../machine/dockerConfig";
import type { Build } from "../../machine/imageBuild";
import { overlay, splitRef, type ChartOverrides } from "../../plan/chart";
import type { ImageRefs, ImageSettings } from "../../plan/imageRefs";
import { unknownText } from "../unknown";

/** Digest of each image that was pushed, such as `sha256:0123...`: what its registry knows it by. */
export type Digests = Readonly<Partial<Record<Part, pulumi.Output<string>>>>;

/** Inputs of {@link Images}. */
export interface ImagesArgs {
  readonly parts: ImageSettings;
  /** Reference of each part's image, from {@link imageRefs}. */
  readonly refs: ImageRefs;
  /** The engine that builds. Without it (a preview on a machine without Docker) nothing is built. */
  readonly engine?: DockerEngine;
  /**
   * What the cluster's nodes run. Where they could not be seen, images are built for what they were built for last,
   * and the first time for the engine's platform.
   */
  readonly platform?: string;
  /** Proxies that builds go through. They are in no tag, and are kept as secrets: they may hold a login. */
  readonly proxies?: Proxies;
  /** Who pushes; Docker's own login when unset. */
  readonly login?: RegistryLogin;
}

/** The application's images: built here from their contexts, or named by reference. */
export class Images extends pulumi.ComponentResource {
  /** Unknown before an image is pushed. */
  public readonly digests: Digests;

  constructor(name: string, args: ImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:Images", name, {}, opts);
    const { parts, refs, engine, platform: runs, proxies = {}, login } = args;
    const builds = PARTS.flatMap((part) => {
      const settings = parts[part];
      return settings.kind === "build" ? [{ part, settings }] : [];
    });
    // Pulumi's docker provider does not look at Docker's contexts by itself (pulumi-docker#603).
    const provider =
      engine && builds.some(({ settings }) => !settings.secrets)
        ? new docker.Provider(`${name}-docker`, { host: engine.host }, { parent: this })
        : undefined;
    const pushed = builds.flatMap(({ part, settings }) => {
      const build = settings.secrets ? byBuildx : byProvider;
      const digest =
        engine &&
        build(
          `${name}-${part}`,
          {
            settings: { platform: runs ?? engine.platform, ...settings },
            ref: refs[part],
            unseen: (settings.platform ?? runs) === undefined,
            proxies,
            ...(login && { login }),
          },
          { parent: this, ...(provider && !settings.secrets && { provider }) },
        );
      return settings.push ? [[part, digest ?? unknownText()] as const] : [];
    });
    this.digests = Object.fromEntries(pushed);
    this.registerOutputs({ digests: this.digests });
  }
}

/** An image that is built. */
interface Built extends Pick<ImagesArgs, "login"> {
  readonly settings: BuildSettings;
  readonly ref: string;
  /** Whether the platform is a guess, so that the one of the last time counts. */
  readonly unseen: boolean;
  readonly proxies: Proxies;
}

/** Has Pulumi's provider build an image. @returns its digest, if it is pushed */
function byProvider(
  name: string,
  { settings, ref, unseen, proxies, login }: Built,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  const ignoreChanges = unseen ? ["build.platform"] : [];
  const image = new docker.Image(name, imageArgs(settings, ref, proxies, login), {
    ...opts,
    ignoreChanges,
  });
  // Of an image that stays in the engine the provider gives its id, by which nothing can pull it.
  return settings.push ? image.repoDigest.apply(digestOf) : undefined;
}

/** Has buildx build an image, which hands secrets to it as the provider cannot. @returns its digest, if it is pushed */
function byBuildx(
  name: string,
  { settings, ref, unseen }: Built,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  const { context, dockerfile, args, target, secrets, platform = "", push } = settings;
  const build: Build = { context, dockerfile, args, target, secrets };
  const command = new local.Command(
    name,
    {
      create: "exec node --require tsx/cjs scripts/buildImage.ts",
      // Of secrets it has where they are. Docker's CLI reads its proxies itself.
      environment: {
        IMAGE: ref,
        BUILD: JSON.stringify(build),
        PLATFORM: platform,
        TO: push ? "registry" : "engine",
      },
      addPreviousOutputInEnv: false,
    },
    { ...opts, ignoreChanges: unseen ? ["environment.PLATFORM"] : [] },
  );
  return push ? command.stdout : undefined;
}

function imageArgs(
  settings: BuildSettings,
  imageName: string,
  proxies: Proxies,
  login: RegistryLogin | undefined,
): docker.ImageArgs {
  const { context, dockerfile, platform, target, push } = settings;
  const args = { ...secrets(proxies), ...settings.args };
  return {
    imageName,
    build: {
      context,
      dockerfile,
      // The provider's own default is the platform of the machine that runs it, not of the engine.
      platform,
      ...(target !== undefined && { target }),
      ...(Object.keys(args).length > 0 && { args }),
    },
    skipPush: !push,
    ...(push && login && { registry: { ...login } }),
  };
}

function secrets(texts: Readonly<Record<string, string>>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, pulumi.secret(text)]),
  );
}

/** The digest of a pushed image, which the provider gives as `repository@sha256:0123...`. */
function digestOf(repoDigest: string): string {
  const [, digest] = repoDigest.split("@");
  if (!digest) {
    throw new Error(`the registry gave no digest for a pushed image, only ${repoDigest}`);
  }
  return digest;
}

/**
 * Puts the digests of pushed images behind their tags, so that what runs is what was pushed, whatever
 * becomes of the tag. Images that the configuration's `values` name themselves stay as they are.
 *
 * @param values from {@link chartValues}, of the same `refs`
 */
export function withDigests(
  values: ChartOverrides,
  refs: ImageRefs,
  digests: Digests,
): ChartOverrides {
  return PARTS.reduce((all, part) => {
    const digest = digests[part];
    const { repository, tag } = splitRef(refs[part]);
    const image = all[part]?.image;
    if (!digest || image?.repository !== repository || image.tag !== tag) {
      return all;
    }
    const pinned: ChartOverrides[Part] = { image: { tag: pulumi.interpolate`${tag}@${digest}` } };
    return overlay(all, { [part]: pinned });
  }, values);
}
