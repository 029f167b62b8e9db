
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0005_offers'),
        ('workshops', '0003_keep_present_facts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='registration',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='registrations.registration', verbose_name='registration'),
        ),
        migrations.AlterField(
            model_name='message',
            name='session',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workshops.session', verbose_name='session'),
        ),
    ]
