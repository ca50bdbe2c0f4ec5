#!/usr/bin/python3
"""Needs neither root nor Pouch: ./nfs-home_test.py"""
import json
import pathlib
import subprocess
import unittest

PLUGIN = pathlib.Path(__file__).with_name('nfs-home')


def reply(request):
    """Sends one request, and returns the reply."""
    line = json.dumps({'id': 1, **request}) + '\n'
    ended = subprocess.run([PLUGIN], input=line, stdout=subprocess.PIPE, text=True, check=True, timeout=10)
    return json.loads(ended.stdout)


# As pouchd sends them: with the defaults of the schema.
DEFAULTS = {name: field['default']
            for name, field in reply({'type': 'describe'})['manifest']['options']['properties'].items()
            if 'default' in field}


def hook(labels, **options):
    options = {**DEFAULTS, 'server': 'nas.example', **options}
    return reply({'type': 'hook', 'point': 'container.preCreate', 'options': options, 'input': {'labels': labels}})


class Test(unittest.TestCase):
    def test_a_labelled_container_gets_the_effect_and_the_mount(self):
        effect, mount = hook({'nfs-home': 'alice'})['patch']
        self.assertEqual(effect['path'], '/effects/nfs-home.mount')
        self.assertEqual(effect['value'], {'kind': 'host.mount', 'stage': 'start', 'args': {
            'type': 'nfs',
            'source': 'nas.example:/home/alice',
            'target': '/srv/homes/alice',
            'options': ['vers=4.2'],
        }})
        self.assertEqual(mount['path'], '/mounts/~1home~1alice')
        self.assertEqual(mount['value']['source'], '/srv/homes/alice')

    def test_export_target_and_label_are_options(self):
        effect, _ = hook({'owner': 'bob'}, label='owner', export='/export/{user}', target='/homes/{user}')['patch']
        self.assertEqual(effect['value']['args']['source'], 'nas.example:/export/bob')
        self.assertEqual(effect['value']['args']['target'], '/homes/bob')

    def test_a_bind_mount_has_no_server(self):
        effect, _ = hook({'nfs-home': 'alice'}, type='bind')['patch']
        self.assertEqual(effect['value']['args']['source'], '/home/alice')

    def test_containers_without_the_label_stay_as_they_are(self):
        self.assertNotIn('patch', hook({}))

    def test_what_is_not_a_user_is_refused(self):
        for user in ['', '../etc', 'a/b', 'Alice', 'a' * 33]:
            self.assertEqual(hook({'nfs-home': user})['error']['code'], 'PCH_OPTION_INVALID')


unittest.main()
