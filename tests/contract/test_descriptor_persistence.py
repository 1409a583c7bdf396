"""write(), save() and read() in FileStorage form."""

import cv2
import pytest

ENDINGS = [".yml", ".xml", ".json", ".yml.gz", ""]


def settings(feature):
    return repr(feature), feature.getContrastThreshold(), feature.getEdgeThreshold()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("method", ["write", "save"])
def test_a_file_there_and_back(create_ours, tmp_path, ending, method):
    path = tmp_path / f"settings{ending}"
    first = create_ours(
        77,
        descriptor="binary",
        upright=True,
        first_octave=-1,
        min_distance=1.5,
        contrastThreshold=0.01,
        extended=True,
    )
    getattr(first, method)(path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    second = create_ours(edgeThreshold=3)
    second.read(str(path))
    assert settings(second) == (repr(first), 0.01, 3)
    assert second.getExtended() is True
    assert second.descriptorSize() == 32


@pytest.mark.parametrize("name", ["what?.yml", "runs?1/settings.json", "größe.xml"])
def test_any_name_will_do(create_ours, tmp_path, name):
    """OpenCV ends a file's name at a question mark."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    create_ours(31).save(path)
    other = create_ours()
    other.read(path)
    assert other.getNFeatures() == 31
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_opencv_reads_our_files(create_ours, tmp_path):
    path = tmp_path / "settings.yml.gz"
    create_ours(32).save(path)
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_READ)
    assert storage.getNode("nfeatures").real() == 32
    storage.release()


def test_sift_writes_and_reads(create, tmp_path):
    path = str(tmp_path / "settings.yml")
    feature = create(123, contrastThreshold=0.02)
    feature.write(path)
    other = create()
    other.read(path)
    assert other.getNFeatures() == 123
    assert other.getContrastThreshold() == 0.02


def test_a_node_there_and_back(create, tmp_path):
    path = str(tmp_path / "settings.yml")
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_WRITE)
    create(55).write(storage, "mine")
    storage.write("more", 1)
    storage.release()
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_READ)
    other = create()
    other.read(storage.getNode("mine"))
    assert other.getNFeatures() == 55
    storage.release()


def test_opencvs_keywords(create_ours, tmp_path):
    path = str(tmp_path / "settings.yml")
    create_ours(5).write(fileName=path)
    other = create_ours()
    other.read(fileName=path)
    assert other.getNFeatures() == 5
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_WRITE)
    create_ours(6).write(fs=storage, name="it")
    storage.release()
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_READ)
    other.read(arg1=storage.getNode("it"))
    assert other.getNFeatures() == 6


def test_settings_of_sift_are_understood(create_ours, tmp_path):
    path = str(tmp_path / "sift.yml")
    cv2.SIFT.create(321, contrastThreshold=0.03).write(path)
    feature = create_ours(descriptor="sift")
    feature.read(path)
    assert settings(feature) == (repr(create_ours(321, descriptor="sift")), 0.03, 10)


def test_a_detector_must_be_there_when_reading(create_ours, tmp_path):
    path = str(tmp_path / "settings.yml")
    create_ours(9, detector=cv2.SIFT.create()).write(path)
    feature = create_ours()
    with pytest.raises(cv2.error, match=r"detector=Feature2D\.SIFT"):
        feature.read(path)
    assert feature.getNFeatures() == 2048
    feature = create_ours(detector=cv2.SIFT.create())
    feature.read(path)
    assert feature.getNFeatures() == 9


BROKEN = {
    "empty": b"",
    "noise": bytes(range(256)),
    "cut off": b'%YAML:1.0\n---\nname: "Feature2D.SSLDescriptor"\nnfeatures: ',
    "unclosed": b"%YAML:1.0\n---\nname: [1, 2",
    "no feature": b"%YAML:1.0\n---\nhello: 1\n",
    "other algorithm": b'%YAML:1.0\n---\nname: "my_object"\n',
    "wrong type": b'%YAML:1.0\n---\nname: "Feature2D.SSLDescriptor"\nnfeatures: "many"\n',
    "wrong form": b'%YAML:1.0\n---\nname: "Feature2D.SSLDescriptor"\ndescriptor: "half"\n',
    "wrong flag": b'%YAML:1.0\n---\nname: "Feature2D.SSLDescriptor"\nupright: "no"\n',
    "wrong model": b'%YAML:1.0\n---\nname: "Feature2D.SSLDescriptor"\nmodel: "/none.onnx"\n',
}


@pytest.mark.parametrize("content", [pytest.param(v, id=k) for k, v in BROKEN.items()])
def test_broken_files_change_nothing(create_ours, tmp_path, content):
    path = tmp_path / "settings.yml"
    path.write_bytes(content)
    feature = create_ours(44, contrastThreshold=0.5)
    before = settings(feature)
    with pytest.raises(cv2.error) as caught:
        feature.read(path)
    assert caught.value.func == "read"
    assert settings(feature) == before


def test_a_missing_file_is_a_cv2_error(create_ours, tmp_path):
    with pytest.raises(cv2.error, match=r"cannot read .*nothing\.yml: No such file") as caught:
        create_ours().read(tmp_path / "nothing.yml")
    assert caught.value.code == -204


def test_a_missing_node_is_a_cv2_error(create_ours, tmp_path):
    path = str(tmp_path / "settings.yml")
    create_ours().write(path)
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_READ)
    with pytest.raises(cv2.error, match="FileNode"):
        create_ours().read(storage.getNode("nothing"))
    with pytest.raises(cv2.error, match="FileNode"):
        create_ours().read(storage.getNode("name"))


@pytest.mark.parametrize("method", ["write", "save"])
def test_unwritable_files_are_cv2_errors(create_ours, tmp_path, method):
    write = getattr(create_ours(), method)
    with pytest.raises(cv2.error, match="cannot write"):
        write(tmp_path / "no" / "folder.yml")
    (tmp_path / "folder").mkdir()
    with pytest.raises(cv2.error, match="cannot write"):
        write(tmp_path / "folder")
    with pytest.raises(cv2.error, match="fileName"):
        write(5)
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_an_old_file_survives_a_failure(create_ours, tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "settings.yml"
    create_ours(5).write(path)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))  # as if the disk were full
    try:
        with pytest.raises(cv2.error, match=r"cannot write .*File too large"):
            create_ours(6).write(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_missing_arguments(create_ours, tmp_path):
    for call in (create_ours().read, create_ours().write):
        with pytest.raises(cv2.error):
            call()
    with pytest.raises(cv2.error):
        create_ours().write(str(tmp_path / "a.yml"), "name")
    with pytest.raises(cv2.error):
        create_ours().read(5)
