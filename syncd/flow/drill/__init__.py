"""The drill: a shadow of the site is given inputs that lie, and every guard has to notice.

What runs in the shadow is the day's own run (`flow.run`) on the site's own inputs and policy. The
site's writers are not among what a drill is given: `Looked` holds readings and nothing that writes.
"""
