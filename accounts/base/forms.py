from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Draws {{ form }} and {{ form.name.as_field_group }} with our label, help and error."""

    form_template_name = "accounts/parts/form.html"
    field_template_name = "accounts/parts/field.html"
