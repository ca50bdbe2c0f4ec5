"""Cases of docker-py, the client of docker-compose 1 and of many scripts; one line of JSON per case."""
import io
import json
import sys
import tarfile
import threading
import traceback

import docker

socket, image, prefix = sys.argv[1:4]
client = docker.DockerClient(base_url='unix://' + socket, timeout=30)
cases = []


def case(work):
    cases.append(work)
    return work


def sleeper(**options):
    return client.containers.run(image, ['sleep', '1000'], detach=True, **options)


@case
def runs_and_returns_the_output():
    assert client.containers.run(image, ['echo', 'hello'], remove=True) == b'hello\n'
    try:
        client.containers.run(image, ['sh', '-c', 'echo bad >&2; exit 3'], remove=True)
        raise AssertionError('expected ContainerError')
    except docker.errors.ContainerError as error:
        assert error.exit_status == 3, error
        assert b'bad' in error.stderr, error.stderr


@case
def exec_run_has_its_output_each_time():
    container = sleeper()
    try:
        for _ in range(20):
            code, output = container.exec_run('echo hi')
            assert (code, output) == (0, b'hi\n'), (code, output)
        code, output = container.exec_run(['sh', '-c', 'echo out; echo err >&2; exit 4'], demux=True)
        assert (code, output) == (4, (b'out\n', b'err\n')), (code, output)
        raw = client.api.exec_create(container.id, ['cat'], stdin=True)
        stream = client.api.exec_start(raw['Id'], socket=True)
        stream._sock.sendall(b'typed\n')
        stream._sock.shutdown(1)
        assert b'typed\n' in stream.read(), 'the echo of cat'
    finally:
        container.remove(force=True)


@case
def reports_missing_objects_as_not_found():
    for call in (
        lambda: client.containers.get('nosuch'),
        lambda: client.images.get('nosuch:1'),
        lambda: client.networks.get('nosuch'),
        lambda: client.volumes.get('nosuch'),
    ):
        try:
            call()
            raise AssertionError('expected NotFound')
        except docker.errors.NotFound as error:
            assert error.status_code == 404, error


@case
def copies_files_in_and_out():
    container = sleeper()
    try:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode='w') as tar:
            info = tarfile.TarInfo('note')
            info.size = 5
            tar.addfile(info, io.BytesIO(b'words'))
        assert container.put_archive('/tmp', packed.getvalue())
        chunks, facts = container.get_archive('/tmp/note')
        assert facts['name'] == 'note' and facts['size'] == 5, facts
        with tarfile.open(fileobj=io.BytesIO(b''.join(chunks))) as tar:
            assert tar.extractfile('note').read() == b'words'
        assert {'Path': '/tmp/note', 'Kind': 1} in container.diff(), container.diff()
    finally:
        container.remove(force=True)


@case
def lists_inspects_renames_pauses_restarts_and_stops():
    container = sleeper(name=prefix + 'one', labels={'case': prefix})
    try:
        assert [found.id for found in client.containers.list(filters={'label': 'case=' + prefix})] == [container.id]
        container.pause()
        container.reload()
        assert container.status == 'paused', container.status
        container.unpause()
        container.rename(prefix + 'two')
        container.reload()
        assert container.name == prefix + 'two', container.name
        container.restart(timeout=0)
        assert 'sleep' in str(container.top()['Processes'])
        container.update(mem_limit='64m', memswap_limit='128m')
        container.reload()
        assert container.attrs['HostConfig']['Memory'] == 64 * 1024 * 1024
        container.stop(timeout=0)
        assert container.wait(timeout=20)['StatusCode'] == 137
    finally:
        container.remove(force=True)


@case
def follows_logs_stats_and_events():
    seen = []
    events = client.events(decode=True, filters={'type': 'container', 'label': 'case=' + prefix})
    reader = threading.Thread(target=lambda: seen.extend(event['Action'] for event in events), daemon=True)
    reader.start()
    container = client.containers.run(
        image, ['sh', '-c', 'echo one; echo two >&2; sleep 1'], detach=True, labels={'case': prefix}
    )
    try:
        lines = b''.join(container.logs(stream=True, follow=True)).splitlines()
        assert sorted(lines) == [b'one', b'two'], lines
        assert container.wait(timeout=20)['StatusCode'] == 0
        assert 'memory_stats' in container.stats(stream=False)
    finally:
        container.remove(force=True)
        events.close()
        reader.join(5)
    assert {'create', 'start', 'die', 'destroy'} <= set(seen), seen


@case
def makes_networks_and_volumes():
    network = client.networks.create(prefix + 'net', labels={'case': prefix})
    volume = client.volumes.create(prefix + 'vol', labels={'case': prefix})
    container = sleeper(volumes={volume.name: {'bind': '/data', 'mode': 'rw'}})
    try:
        network.connect(container, aliases=['other'])
        container.reload()
        assert network.name in container.attrs['NetworkSettings']['Networks']
        network.disconnect(container)
        assert [found.name for found in client.networks.list(names=[network.name])] == [network.name]
        assert [found.name for found in client.volumes.list(filters={'label': 'case=' + prefix})] == [volume.name]
        assert container.exec_run(['sh', '-c', 'echo kept > /data/x'])[0] == 0
    finally:
        container.remove(force=True)
        network.remove()
        volume.remove()


@case
def commits_saves_loads_and_removes_images():
    container = client.containers.run(image, ['sh', '-c', 'echo made > /made'], detach=True)
    try:
        container.wait(timeout=20)
        made = container.commit(repository=prefix + 'image', tag='1', changes='ENV A=b')
        assert client.containers.run(made.id, ['cat', '/made'], remove=True) == b'made\n'
        archive = b''.join(made.save(named=True))
        client.images.remove(made.tags[0])
        loaded = client.images.load(archive)
        assert [found.tags for found in loaded] == [[prefix + 'image:1']], loaded
        assert any('ENV' in str(step) or step['Size'] >= 0 for step in loaded[0].history())
        assert loaded[0].tag(prefix + 'other', 'x')
        client.images.remove(prefix + 'other:x')
        client.images.remove(prefix + 'image:1')
    finally:
        container.remove(force=True)


@case
def builds_images():
    text = 'FROM %s\nARG WHO\nRUN echo "hello $WHO" > /who\nCMD ["cat","/who"]' % image
    built, lines = client.images.build(
        fileobj=io.BytesIO(text.encode()), tag=prefix + 'built:1', buildargs={'WHO': 'you'})
    assert any('Successfully built' in line.get('stream', '') for line in lines)
    assert client.containers.run(built.id, remove=True) == b'hello you\n'
    client.images.remove(prefix + 'built:1')
    try:
        client.images.build(fileobj=io.BytesIO(('FROM %s\nRUN exit 3' % image).encode()))
        raise AssertionError('expected BuildError')
    except docker.errors.BuildError as error:
        assert 'returned a non-zero code: 3' in error.msg, error.msg


@case
def reads_the_daemon():
    assert client.ping()
    assert client.version()['ApiVersion']
    assert client.info()['OSType'] == 'linux'
    assert {'Images', 'Containers', 'Volumes'} <= set(client.df())


failed = False
for work in cases:
    try:
        work()
        print(json.dumps({'case': work.__name__}), flush=True)
    except Exception:
        print(json.dumps({'case': work.__name__, 'error': traceback.format_exc()}), flush=True)
