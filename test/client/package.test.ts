import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ran, run } from '../examples/run.ts';
import { type LocalAws, startLocalAws } from '../operator/local-aws.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules', '.bin', 'tsc');

/** What package.json says of the client; `npm install goodstanding` shows this to Node and TypeScript. */
const clientExports = {
  './client': { types: './dist/client/client.d.ts', default: './dist/client/client.js' },
};

let folder: string;
let aws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'goodstanding-package-'));
  aws = await startLocalAws();
  await installElsewhere();
});
afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

test('the installed package holds JavaScript and types, and no TypeScript that Node would refuse there', async () => {
  const files = await readdir(join(folder, 'app/node_modules/goodstanding'), { recursive: true });
  expect(files).toContain(join('dist', 'client', 'client.js'));
  expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test('a consumer type-checks against it, and wrong use is an error', async () => {
  await writeFile(join(folder, 'app/misuse.ts'), misuse);
  expect(await must(tsc, ['-p', '.'], join(folder, 'app'))).toMatchObject({ stdout: '' });
});

test('a consumer sends with it from node_modules', async () => {
  const env = { AWS_ENDPOINT_URL: aws.endpoint, GOODSTANDING_DEPLOYMENT: aws.deployment };
  const ran = await run(process.execPath, ['send.ts'], { cwd: join(folder, 'app'), env });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toMatch(/enqueued order-4711-\d+ as .*not taken up yet/s);
});

/** Compiles, packs with npm, and unpacks into an app of its own; the dependencies are linked, no network is used. */
async function installElsewhere(): Promise<void> {
  const staged = join(folder, 'staged');
  const app = join(folder, 'app');
  await must(tsc, ['-p', 'tsconfig.client.json', '--outDir', join(staged, 'dist')], root);
  const manifest: Record<string, unknown> = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const { exports, files } = manifest;
  expect(exports).toMatchObject(clientExports);
  await writeFile(
    join(staged, 'package.json'),
    JSON.stringify({ ...manifest, exports, files, scripts: {} }),
  );
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], staged);
  const [tarball = 'no tarball'] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  const modules = join(app, 'node_modules');
  await mkdir(modules, { recursive: true });
  await must('tar', ['-xzf', join(folder, tarball), '-C', modules], folder);
  await must('mv', ['package', 'goodstanding'], modules);
  for (const dependency of ['@aws-sdk', '@types', 'zod'])
    await symlink(join(root, 'node_modules', dependency), join(modules, dependency));
  await writeApp(app);
}

async function writeApp(app: string): Promise<void> {
  const example = await readFile(join(root, 'examples/typescript/send.ts'), 'utf8');
  await writeFile(
    join(app, 'send.ts'),
    example.replace("'../../client/client.ts'", "'goodstanding/client'"),
  );
  await writeFile(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
}

/** If the types were lost, everything would be `any` and the expected errors would be missing. */
const misuse = `
import { createClient, type RequestToSend } from 'goodstanding/client';
// @ts-expect-error a number is needed
createClient({ attempts: 'many' });
// @ts-expect-error there is no such kind
export const request: RequestToSend = { version: 1, kind: 'sms' };
const found = await createClient().outcome({ id: 'x' });
// @ts-expect-error there is no such outcome
export const lost = found?.recipients[0]?.outcome === 'lost';
const { notAccepted } = await createClient().send([]);
// @ts-expect-error there is no such reason
export const bad = notAccepted[0]?.reason === 'because';
export const good = notAccepted[0]?.reason === 'stream-unknown' && found?.recipients[0]?.outcome === 'delivered';
`;

async function must(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  const ran = await run(command, args, { cwd });
  if (ran.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran;
}
